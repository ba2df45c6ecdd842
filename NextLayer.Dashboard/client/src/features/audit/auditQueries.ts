import { infiniteQueryOptions } from "@tanstack/react-query";
import type { Me } from "@/shared/access/access";
import { get, toQuery } from "@/shared/api/http";
import type { JsonObject } from "@/shared/api/types";
import type { AuditSearch } from "./auditSearch";

export interface AuditEntry {
  id: string;
  at: string;
  tenant_id: string | null;
  actor: { kind: Me["kind"]; subject: string; name: string | null };
  action: string;
  object_type: string;
  object_id: string | null;
  address: string | null;
  outcome: "unknown" | "succeeded" | "refused" | "failed";
  detail: JsonObject | null;
}

interface AuditPage {
  items: AuditEntry[];
  next_cursor: string | null;
}

export const auditQuery = (tenantId: string | null, search: AuditSearch) =>
  infiniteQueryOptions({
    queryKey: ["audit", tenantId, search],
    queryFn: ({ pageParam, signal }) =>
      get<AuditPage>(
        `/api/v1/audit${toQuery({
          actor: search.actor,
          action: search.action,
          object_type: search.object_type,
          object_id: search.object_id,
          from: startOfDay(search.from),
          to: startOfDay(search.to, 1),
          limit: 50,
          cursor: pageParam,
        })}`,
        { tenantId: tenantId ?? undefined, signal },
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    enabled: tenantId !== null,
  });

/** Midnight of a day (`2026-05-01`) in the reader's zone, or of the day so many after it. */
export function startOfDay(day: string | undefined, later = 0): string | undefined {
  if (!day || !/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
  const [year, month, date] = day.split("-").map(Number) as [number, number, number];
  const time = new Date(year, month - 1, date + later);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}
