import { queryOptions, useQuery } from "@tanstack/react-query";
import { createContext, useContext, useMemo, type ReactNode } from "react";
import { ApiError, get } from "../api/http";
import { accessOf, type Access, type Me, type Membership } from "./access";

/** Who is signed in; null where the control plane has no accounts. Fails with 401 where somebody must sign in first. */
export const meQuery = () =>
  queryOptions({
    queryKey: ["me"],
    queryFn: async ({ signal }) => {
      try {
        return await get<Me>("/api/v1/me", { signal });
      } catch (error) {
        if (error instanceof ApiError && error.isNotFound) return null;
        throw error;
      }
    },
    staleTime: 60_000,
    refetchOnWindowFocus: true,
    // A control plane that is away comes back; a refusal stays one.
    refetchInterval: (query) => (query.state.error instanceof ApiError && query.state.error.isUnreachable ? 5_000 : false),
    retry: false,
  });

const Context = createContext<Access>(accessOf(undefined));

/** Tells the pages within what the one who is signed in may do: every button asks. */
export function AccessProvider({ children }: { children: ReactNode }) {
  const { data } = useQuery(meQuery());
  const access = useMemo(() => accessOf(data), [data]);
  return <Context value={access}>{children}</Context>;
}

/** What the one who is signed in may do. */
export function useAccess(): Access {
  return useContext(Context);
}

/** The membership of whoever has just one and no role beyond it: nothing is left to choose. Null for all others. */
export function useOnlyMembership(): Membership | null {
  const { me, open } = useAccess();
  return me && !open && !me.platform_role && me.memberships.length === 1 ? me.memberships[0]! : null;
}
