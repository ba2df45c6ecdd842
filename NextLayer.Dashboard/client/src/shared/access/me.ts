import { queryOptions, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { ApiError, get } from "../api/http";
import { accessOf, type Access, type Me } from "./access";

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

/** What the one who is signed in may do. */
export function useAccess(): Access {
  const { data } = useQuery(meQuery());
  return useMemo(() => accessOf(data ?? null), [data]);
}
