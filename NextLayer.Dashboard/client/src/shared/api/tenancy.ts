import { useQuery } from "@tanstack/react-query";
import { usePrefs } from "../prefs/prefs";
import { tenantsQuery } from "./queries";
import { request } from "./http";

/** Endpoints of /api/v1 act in one tenant a call: where all are shown, so many are asked. */
const MOST_TENANTS = 20;

export interface Scope {
  tenantIds: readonly string[];
  /** There are more tenants than are asked. */
  more: boolean;
  ready: boolean;
}

/** The tenants whose things a page shows: the chosen one, or all of them up to a limit. */
export function useScope(): Scope {
  const { tenantId } = usePrefs();
  const { data } = useQuery({ ...tenantsQuery("", 0, 100), enabled: tenantId === null });
  if (tenantId !== null) return { tenantIds: [tenantId], more: false, ready: true };
  const all = data?.items.map((tenant) => tenant.id) ?? [];
  return { tenantIds: all.slice(0, MOST_TENANTS), more: all.length > MOST_TENANTS, ready: data !== undefined };
}

/** What is listed in each of some tenants, put together, each item with its tenant. */
export async function listInTenants<T>(path: string, tenantIds: readonly string[], signal: AbortSignal): Promise<(T & { tenant_id: string })[]> {
  const lists = await Promise.all(
    tenantIds.map(async (tenantId) => {
      const { data } = await request<T[] | { items: T[] }>(path, { tenantId, signal });
      return (Array.isArray(data) ? data : data.items).map((item) => ({ ...item, tenant_id: tenantId }));
    }),
  );
  return lists.flat();
}
