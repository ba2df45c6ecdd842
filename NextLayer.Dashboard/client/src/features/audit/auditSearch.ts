import { readTenantSearch, type TenantSearch } from "@/shared/api/oneTenant";
import { one, type Search } from "@/shared/url/search";

/** What of the audit log is shown: `?actor=ada&action=PublishWorkflow&object_type=workflow&from=2026-01-01`. */
export interface AuditSearch extends TenantSearch {
  actor?: string | undefined;
  action?: string | undefined;
  object_type?: string | undefined;
  object_id?: string | undefined;
  /** Days, in the reader's own zone. */
  from?: string | undefined;
  to?: string | undefined;
}

export const AUDIT_FILTERS = ["actor", "action", "object_type", "object_id", "from", "to"] as const;

export function readAuditSearch(search: Search): AuditSearch {
  return { ...readTenantSearch(search), ...Object.fromEntries(AUDIT_FILTERS.map((name) => [name, one(search, name)])) };
}
