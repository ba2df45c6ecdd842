import { text } from "../text";

/** What a caller may do, by the names that the control plane gives it. */
export const PERMISSIONS = [
  "runs.read",
  "runs.start",
  "runs.control",
  "approvals.decide",
  "approvals.invite",
  "events.post",
  "workflows.read",
  "workflows.write",
  "workflows.publish",
  "triggers.read",
  "triggers.write",
  "connectors.read",
  "connectors.write",
  "tenant.read",
  "tenant.write",
  "members.manage",
  "keys.manage",
  "audit.read",
  "costs.read",
  "workers.read",
  "engine.read",
  "work",
  "engine.control",
  "tenants.manage",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export const ROLES = ["viewer", "operator", "admin", "worker"] as const;
export type Role = (typeof ROLES)[number];

export interface Membership {
  tenant_id: string;
  tenant_name: string;
  tenant_slug: string;
  role: Role;
  permissions: string[];
}

/** Answer of `GET /api/v1/me`. */
export interface Me {
  subject: string;
  kind: "user" | "api_key" | "development";
  name: string | null;
  email: string | null;
  auth_required: boolean;
  expires_at: string | null;
  platform_role: Role | null;
  platform_permissions: string[];
  memberships: Membership[];
}

export interface Access {
  /** Null while nobody is known: where the control plane has no accounts, or does not answer. */
  me: Me | null;
  /** Nothing is held back here: nobody is asked who they are, or it is not known yet and the server decides. */
  open: boolean;
  /** Authentication is known to be off: everybody may do everything. */
  off: boolean;
  /** Whether the caller may do something in a tenant, or in any where none is named. */
  can: (permission: Permission, tenantId?: string | null) => boolean;
  /** Why not, as a sentence; undefined when the caller may. */
  why: (permission: Permission, tenantId?: string | null) => string | undefined;
}

/** Permissions that no tenant gives. */
const PLATFORM: ReadonlySet<Permission> = new Set(["engine.control", "tenants.manage"]);

/** @param who Null where the control plane has no accounts; undefined while it has not answered. */
export function accessOf(who: Me | null | undefined): Access {
  const me = who ?? null;
  const open = me === null || !me.auth_required;
  const off = who !== undefined && open;
  const everywhere = new Set(me?.platform_permissions);
  const can: Access["can"] = (permission, tenantId) =>
    open || everywhere.has(permission) || me.memberships.some((each) => (!tenantId || each.tenant_id === tenantId) && each.permissions.includes(permission));
  const why: Access["why"] = (permission, tenantId) => {
    if (can(permission, tenantId)) return undefined;
    const deed = text.access.permissions[permission];
    if (PLATFORM.has(permission)) return text.access.refusedEverywhere(deed);
    const here = tenantId ? me?.memberships.find((each) => each.tenant_id === tenantId) : me?.memberships.length === 1 ? me.memberships[0] : undefined;
    if (here) return text.access.refusedHere(deed, here.role, here.tenant_name);
    return tenantId ? text.access.refusedInTenant(deed) : text.access.refused(deed);
  };
  return { me, open, off, can, why };
}
