import { useQuery } from "@tanstack/react-query";
import { Navigate, Outlet, useRouterState } from "@tanstack/react-router";
import { meQuery } from "@/shared/access/me";
import { ApiError } from "@/shared/api/http";
import { Toaster } from "@/shared/ui/Toaster";
import { Shell } from "./Shell";

/** The pages for whoever is known or need not be; for the others the sign-in page, which leads back to where they were. */
export function Root() {
  const location = useRouterState({ select: (state) => state.location });
  const me = useQuery(meQuery());
  if (location.pathname === "/sign-in")
    return (
      <>
        <Outlet />
        <Toaster />
      </>
    );
  if (me.isPending) return null;
  if (me.error instanceof ApiError && me.error.status === 401) return <Navigate to="/sign-in" search={location.href === "/" ? {} : { to: location.href }} replace />;
  return <Shell />;
}
