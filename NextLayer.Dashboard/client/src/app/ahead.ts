import { accessOf, type Permission } from "@/shared/access/access";
import { meQuery } from "@/shared/access/me";
import { queryClient } from "./queryClient";

/**
 * Asks for what a page shows first while the page's own parts are still on their way, once it is known that the reader may
 * see it. Whatever becomes of it, the page asks for what it lacks, and says what went wrong.
 *
 * @param cause Of the route's loader. To point at a link asks nothing, nor does what changes on a page that is shown.
 */
export async function ahead(cause: "preload" | "enter" | "stay", permission: Permission, ask: () => Promise<void>): Promise<void> {
  if (cause !== "enter") return;
  try {
    if (accessOf(await queryClient.ensureQueryData(meQuery())).can(permission)) await ask();
  } catch {
    // Nobody is signed in, or nobody answers: the page itself is not shown, or says so.
  }
}
