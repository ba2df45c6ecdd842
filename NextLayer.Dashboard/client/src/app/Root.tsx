import { useQuery } from "@tanstack/react-query";
import { Navigate, Outlet, useRouterState } from "@tanstack/react-router";
import { AccessProvider, meQuery } from "@/shared/access/me";
import { ApiError } from "@/shared/api/http";
import { Toaster } from "@/shared/ui/Toaster";
import { Shell } from "./Shell";

/** Whoever decides by a link need not be known. */
export const isByLink = (path: string) => path === "/decide";

/** The pages for whoever is known or need not be; for the others the sign-in page, which leads back to where they were. */
export function Root() {
  // What is shown and where one is going differ while the parts of a page are fetched.
  const shown = useRouterState({ select: (state) => state.matches.at(-1)?.routeId });
  const location = useRouterState({ select: (state) => state.location });
  const byLink = isByLink(location.pathname);
  const me = useQuery({ ...meQuery(), enabled: !byLink });
  if (shown === "/sign-in" || byLink)
    return (
      <>
        <Outlet />
        <Toaster />
      </>
    );
  if (me.isPending || (isUnknown(me.error) && location.pathname === "/sign-in")) return null;
  if (isUnknown(me.error)) return <Navigate to="/sign-in" search={location.href === "/" ? {} : { to: location.href }} replace />;
  return (
    <AccessProvider>
      <Shell />
    </AccessProvider>
  );
}

function isUnknown(error: Error | null): boolean {
  return error instanceof ApiError && error.status === 401;
}
