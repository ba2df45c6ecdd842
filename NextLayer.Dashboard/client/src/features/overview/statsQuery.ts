import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { get, toQuery } from "@/shared/api/http";

export interface Counts {
  queued: number;
  running: number;
  paused: number;
  succeeded: number;
  failed: number;
  cancelled: number;
}

export interface Bucket extends Counts {
  at: string;
}

export interface Spread {
  p50_ms: number | null;
  p95_ms: number | null;
  max_ms: number | null;
}

export interface PipelineStats {
  pipeline_id: string;
  name: string;
  runs: number;
  failed: number;
  p50_ms: number | null;
  p95_ms: number | null;
}

export interface Stats {
  from: string;
  to: string;
  bucket_seconds: number;
  buckets: Bucket[];
  totals: Counts;
  truncated: boolean;
  duration: Spread;
  queue_wait: Spread;
  queue: { depth: number; oldest_due_at: string | null };
  pipelines: PipelineStats[];
}

interface Filter {
  tenantId: string | null;
  pipelineId?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  /** Up to now, where no times are given. */
  hours: number;
  buckets: number;
  /** Whether tests of drafts count, as they are listed. */
  tests?: boolean;
}

export const statsQuery = (filter: Filter) =>
  queryOptions({
    queryKey: ["stats", filter],
    queryFn: ({ signal }) => {
      const to = filter.to ?? new Date().toISOString();
      const from = filter.from ?? new Date(Date.parse(to) - filter.hours * 3_600_000).toISOString();
      return get<Stats>(`/api/v1/stats${toQuery({ tenant_id: filter.tenantId, pipeline_id: filter.pipelineId, from, to, buckets: filter.buckets, tests: filter.tests })}`, { signal });
    },
    placeholderData: keepPreviousData,
    refetchInterval: filter.to ? false : 5_000,
  });
