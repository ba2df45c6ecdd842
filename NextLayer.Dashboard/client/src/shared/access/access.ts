/** What a caller may do, by the names that the control plane gives it. */
export const PERMISSIONS = {
  "runs.read": "see runs",
  "runs.start": "start runs",
  "runs.control": "cancel or retry runs",
  "approvals.decide": "decide about approvals",
  "events.post": "send events",
  "workflows.read": "see pipelines",
  "workflows.write": "change pipelines",
  "workflows.publish": "publish, withdraw or test versions",
  "triggers.read": "see triggers",
  "triggers.write": "change triggers",
  "connectors.read": "see connectors",
  "connectors.write": "change connectors",
  "tenant.read": "see the tenant",
  "tenant.write": "change the tenant",
  "members.manage": "manage members",
  "keys.manage": "manage API keys",
  "audit.read": "read the audit log",
  "costs.read": "see costs",
  "workers.read": "see workers",
  "engine.read": "see the engine",
  work: "do the work of a worker",
  "engine.control": "control the engine",
  "tenants.manage": "make or delete tenants",
} as const;

export type Permission = keyof typeof PERMISSIONS;
export const ROLES: readonly (readonly [Role, string])[] = [
  ["viewer", "Sees everything but the audit log and secrets."],
  ["operator", "Also starts and steers runs, decides approvals, writes drafts and triggers."],
  ["admin", "Also publishes, and manages connectors, members, keys and the tenant."],
  ["worker", "Claims runs and reports on them; sees nothing else."],
];

export type Role = "viewer" | "operator" | "admin" | "worker";

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
    const deed = PERMISSIONS[permission];
    if (PLATFORM.has(permission)) return `You may not ${deed}: that takes a role in the whole installation.`;
    const here = tenantId ? me?.memberships.find((each) => each.tenant_id === tenantId) : me?.memberships.length === 1 ? me.memberships[0] : undefined;
    return here ? `You may not ${deed}: you are ${article(here.role)} in ${here.tenant_name}. Its administrators can change that.` : `You may not ${deed}${tenantId ? " in this tenant" : ""}. An administrator can change that.`;
  };
  return { me, open, off, can, why };
}

export function article(role: Role): string {
  return `${/^[aeiou]/.test(role) ? "an" : "a"} ${role}`;
}
