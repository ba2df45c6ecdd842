import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { get, toQuery } from "@/shared/api/http";
import { listInTenants } from "@/shared/api/tenancy";
import type { JsonObject } from "@/shared/api/types";

export interface Fire {
  planned_at: string;
  fired_at: string;
  outcome: "started" | "skipped" | "missed" | "failed" | "refused" | "backfilled";
  run_id: string | null;
  run_status: string | null;
  reason: string | null;
  missed: number | null;
}

export interface Schedule {
  tenant_id: string;
  id: string;
  name: string | null;
  workflow_id: string;
  pipeline_id: string;
  cron: string;
  timezone: string;
  input: JsonObject;
  enabled: boolean;
  catch_up: "none" | "last" | "all";
  overlap: "allow" | "skip";
  next_fire_at: string | null;
  last_fire: Fire | null;
  created_at: string;
  updated_at: string;
}

export interface ScheduleTimes {
  cron: string;
  timezone: string;
  times: { at: string; local: string }[];
}

/** Planned times of a past stretch, and their runs. */
export interface Backfill extends ScheduleTimes {
  new: number;
  /** Why it would be refused. */
  obstacle: string | null;
  times: {
    at: string;
    local: string;
    state: "new" | "existing" | "queued";
    run_id: string | null;
    run_status: "pending" | "running" | "paused" | "completed" | "failed" | "cancelled" | null;
  }[];
}

export interface WebhookSettings {
  address: string;
  pipeline_id: string;
  enabled: boolean;
  require_signature: boolean;
  secrets: { id: string; hint: string; created_at: string; expires_at: string | null }[];
  secret: string | null;
  updated_at: string | null;
}

export interface Delivery {
  id: string;
  received_at: string;
  verdict: "accepted" | "duplicate" | "bad_signature" | "invalid_input" | "disabled" | "not_published" | "quota_exceeded";
  run_id: string | null;
  run_status: string | null;
  message_id: string | null;
  remote_address: string | null;
  detail: string | null;
  unrecorded: number;
  /** The delivery that it repeats because somebody asked for it. */
  redelivery_of: string | null;
  /** Its body is kept, and its sender known. */
  can_redeliver: boolean;
}

export const schedulesQuery = (tenantIds: readonly string[]) =>
  queryOptions({
    queryKey: ["schedules", tenantIds],
    queryFn: ({ signal }) => listInTenants<Omit<Schedule, "tenant_id">>("/api/v1/triggers/schedule?per_page=100", tenantIds, signal),
    refetchInterval: 10_000,
  });

export const scheduleTimesQuery = (schedule: Schedule) =>
  queryOptions({
    queryKey: ["next", schedule.id, schedule.cron, schedule.timezone],
    queryFn: ({ signal }) => get<ScheduleTimes>(`/api/v1/triggers/schedule/${schedule.id}/next`, { tenantId: schedule.tenant_id, signal }),
  });

/** What a backfill would do; looked at again and again while one goes on. */
export const backfillQuery = (schedule: Schedule, stretch: { from: string | null; to: string | null; allow_overlap: boolean }, goesOn: boolean) =>
  queryOptions({
    queryKey: ["backfill", schedule.id, stretch],
    queryFn: ({ signal }) => get<Backfill>(`/api/v1/triggers/schedule/${schedule.id}/backfill${toQuery(stretch)}`, { tenantId: schedule.tenant_id, signal }),
    retry: false,
    placeholderData: keepPreviousData,
    refetchInterval: (query) => (goesOn && query.state.data?.times.some((time) => time.run_status === "pending" || time.run_status === "running" || time.run_status === "paused") ? 2_000 : false),
  });

export const firesQuery = (schedule: Schedule) =>
  queryOptions({
    queryKey: ["fires", schedule.id, schedule.last_fire?.planned_at],
    queryFn: async ({ signal }) => asList(await get<Fire[] | { items: Fire[] }>(`/api/v1/triggers/schedule/${schedule.id}/fires?per_page=50`, { tenantId: schedule.tenant_id, signal })),
  });

export const webhookQuery = (tenantId: string, workflowId: string) =>
  queryOptions({
    queryKey: ["webhook", workflowId],
    queryFn: ({ signal }) => get<WebhookSettings>(`/api/v1/triggers/webhook/${workflowId}/settings`, { tenantId, signal }),
  });

export const deliveriesQuery = (tenantId: string, workflowId: string) =>
  queryOptions({
    queryKey: ["deliveries", workflowId],
    queryFn: async ({ signal }) => asList(await get<Delivery[] | { items: Delivery[] }>(`/api/v1/triggers/webhook/${workflowId}/deliveries${toQuery({ per_page: 20 })}`, { tenantId, signal })),
    refetchInterval: 5_000,
  });

function asList<T>(value: T[] | { items: T[] }): T[] {
  return Array.isArray(value) ? value : value.items;
}
