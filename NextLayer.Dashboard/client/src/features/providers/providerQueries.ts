import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { get, post, toQuery } from "@/shared/api/http";
import type { RunStatus } from "@/shared/api/types";

/** A pipeline that every organisation can run. */
export interface ProviderPipeline {
  id: string;
  name: string;
  description: string;
  provider: string;
  /** Empty where its address has none. */
  domain: string;
  pipeline: string;
  /** `GCP_SA` means an active connector of type `gcp_sa`. */
  required_integration: string;
  connector_type: string;
  enabled: boolean;
}

export interface ProviderRun {
  run_id: string;
  pipeline_id: string;
  status: "PENDING" | "RUNNING" | "SUCCESS" | "FAILED" | "CANCELLED";
  trigger_type: string;
  date: string | null;
  created_at: string;
  started_at: string | null;
  completed_at: string | null;
  duration_seconds: number | null;
  rows_processed: number | null;
  error_message: string | null;
}

export interface Usage {
  day: string;
  /** Runs a day; null sets no limit. */
  daily_run_limit: number | null;
  used: number;
  remaining: number | null;
  resets_at: string;
  days: { day: string; runs: number; and_more: boolean }[];
}

/** Money is a decimal in a text: no sum of it is made here. */
export interface Costs {
  from: string;
  to: string;
  totals: { provider: string; currency: string; cost: string }[];
  items: { date: string; provider: string; group: string | null; currency: string; cost: string }[];
  truncated: boolean;
}

export const RUN_STATUS_OF: Record<ProviderRun["status"], RunStatus> = { PENDING: "QUEUED", RUNNING: "RUNNING", SUCCESS: "SUCCEEDED", FAILED: "FAILED", CANCELLED: "CANCELLED" };

export const providerPipelinesQuery = () =>
  queryOptions({
    queryKey: ["provider-pipelines"],
    queryFn: async ({ signal }) => (await get<{ pipelines: ProviderPipeline[] }>("/api/v1/validator/pipelines", { signal })).pipelines,
    staleTime: 5 * 60_000,
  });

export const providerRunsQuery = (tenantId: string, slug: string) =>
  queryOptions({
    queryKey: ["provider-runs", tenantId],
    queryFn: async ({ signal }) => (await get<{ items: ProviderRun[] }>(`/api/v1/pipelines/${slug}/runs${toQuery({ limit: 20 })}`, { tenantId, signal })).items,
    refetchInterval: 5_000,
  });

export const usageQuery = (tenantId: string) =>
  queryOptions({ queryKey: ["usage", tenantId], queryFn: ({ signal }) => get<Usage>("/api/v1/usage", { tenantId, signal }), refetchInterval: 15_000 });

export const costsQuery = (tenantId: string, from: string, to: string) =>
  queryOptions({
    queryKey: ["costs", tenantId, from, to],
    queryFn: ({ signal }) => get<Costs>(`/api/v1/costs${toQuery({ from, to, group_by: "provider" })}`, { tenantId, signal }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });

export function startProviderRun(tenantId: string, slug: string, pipeline: ProviderPipeline, body: { date: string; connector?: string }) {
  const path = [pipeline.provider, pipeline.domain, pipeline.pipeline].filter(Boolean).map(encodeURIComponent).join("/");
  return post<{ run_id: string; message: string }>(`/api/v1/pipelines/run/${slug}/${path}`, body, { tenantId, idempotencyKey: crypto.randomUUID() });
}

/** A UTC day so many days before a time, as `2026-05-01`. */
export function utcDay(now: number, before = 0): string {
  return new Date(now - before * 86_400_000).toISOString().slice(0, 10);
}

/** `1234.5` in `USD` as people read it. The digits stay as the server wrote them, to the cent. */
export function money(cost: string, currency: string): string {
  const value = Number(cost);
  const digits = value !== 0 && Math.abs(value) < 0.01 ? 6 : 2;
  try {
    return new Intl.NumberFormat("en", { style: "currency", currency, maximumFractionDigits: digits }).format(cost as unknown as number);
  } catch {
    return `${cost} ${currency}`;
  }
}
