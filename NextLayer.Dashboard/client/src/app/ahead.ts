import { accessOf, type Permission } from "@/shared/access/access";
import { meQuery } from "@/shared/access/me";
import { queryClient } from "./queryClient";

/**
 * Asks for what a page shows first while the page's own parts are still on their way, once it is known that the reader may
 * see it. Whatever becomes of it, the page asks for what it lacks, and says what went wrong.
 */
export async function ahead(permission: Permission, ask: () => Promise<void>): Promise<void> {
  try {
    if (accessOf(await queryClient.ensureQueryData(meQuery())).can(permission)) await ask();
  } catch {
    // Nobody is signed in, or nobody answers: the page itself is not shown, or says so.
  }
}
