import type { AsyncRouteComponent } from "@tanstack/react-router";
import type { Permission } from "@/shared/access/access";
import { NeedsPermission } from "@/shared/access/NeedsPermission";

/** A page that only those see who may; its parts are still fetched ahead. */
export function guarded(permission: Permission, title: string, Content: AsyncRouteComponent<object>): AsyncRouteComponent<object> {
  const Guarded = () => (
    <NeedsPermission permission={permission} title={title}>
      <Content />
    </NeedsPermission>
  );
  return Object.assign(Guarded, Content.preload ? { preload: Content.preload } : {});
}
