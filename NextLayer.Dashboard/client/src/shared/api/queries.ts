import { queryOptions, useQuery } from "@tanstack/react-query";
import { get, request, toQuery } from "./http";
import type { Connector, EngineState, Facility, Page, Pipeline, PipelineVersion, Run, RunPage, RunStep, StepType, Tenant, Worker } from "./types";

/** Lists that change seldom are asked again when somebody comes back to them. */
const SELDOM = 30_000;
/** What never changes under its id, or nearly so. */
const NEARLY_NEVER = 5 * 60_000;

export interface Listed<T> extends Page<T> {
  /** As the server counts: "12", or "10000+". */
  total: string;
}

export async function getPage<T>(path: string, signal: AbortSignal): Promise<Listed<T>> {
  const { data, headers } = await request<Page<T>>(path, { signal });
  return { ...data, total: headers.get("X-Total-Count") ?? String(data.count) };
}

export const engineQuery = () =>
  queryOptions({
    queryKey: ["engine"],
    queryFn: async ({ signal }) => (await get<{ pipeline: EngineState }>("/api/pipeline", { signal })).pipeline,
    refetchInterval: 5_000,
    retry: false,
  });

export const tenantsQuery = (q = "", offset = 0, limit = 100) =>
  queryOptions({
    queryKey: ["tenants", { q, offset, limit }],
    queryFn: ({ signal }) => getPage<Tenant>(`/api/tenants${toQuery({ q, offset, limit })}`, signal),
    staleTime: SELDOM,
  });

export const tenantQuery = (id: string) =>
  queryOptions({ queryKey: ["tenant", id], queryFn: ({ signal }) => get<Tenant>(`/api/tenants/${id}`, { signal }), staleTime: NEARLY_NEVER });

export const facilitiesQuery = (tenantId: string | null) =>
  queryOptions({
    queryKey: ["facilities", tenantId],
    queryFn: ({ signal }) => getPage<Facility>(`/api/facilities${toQuery({ tenant_id: tenantId, limit: 100 })}`, signal),
    staleTime: SELDOM,
  });

export const connectorsQuery = (tenantId: string | null, offset = 0) =>
  queryOptions({
    queryKey: ["connectors", tenantId, offset],
    queryFn: ({ signal }) => getPage<Connector>(`/api/connector-instances${toQuery({ tenant_id: tenantId, limit: 100, offset })}`, signal),
    staleTime: SELDOM,
  });

export const pipelinesQuery = (tenantId: string | null, q = "", offset = 0, limit = 50) =>
  queryOptions({
    queryKey: ["pipelines", { tenantId, q, offset, limit }],
    queryFn: async ({ signal, client }) => {
      const page = await getPage<Pipeline>(`/api/pipelines${toQuery({ tenant_id: tenantId, q, offset, limit })}`, signal);
      // Whoever asks for one of them by its id has it already.
      for (const each of page.items) client.setQueryData(pipelineQuery(each.id).queryKey, each);
      return page;
    },
    staleTime: SELDOM,
  });

/** As the page of the pipelines shows them: with newest version and last runs. */
export const pipelineListQuery = (tenantId: string | null, q: string, offset: number, limit: number) =>
  queryOptions({
    queryKey: ["pipelines", "summary", { tenantId, q, offset, limit }],
    queryFn: ({ signal }) => getPage<Pipeline>(`/api/pipelines${toQuery({ tenant_id: tenantId, q, offset, limit, summary: true })}`, signal),
    staleTime: SELDOM,
  });

export const pipelineQuery = (id: string) =>
  queryOptions({ queryKey: ["pipeline", id], queryFn: ({ signal }) => get<Pipeline>(`/api/pipelines/${id}`, { signal }), staleTime: NEARLY_NEVER });

export const versionsQuery = (filter: { tenantId?: string | null; pipelineId?: string; status?: string; limit?: number }) =>
  queryOptions({
    queryKey: ["versions", filter],
    queryFn: ({ signal }) =>
      getPage<PipelineVersion>(
        `/api/pipeline-versions${toQuery({ tenant_id: filter.tenantId, pipeline_id: filter.pipelineId, status: filter.status, limit: filter.limit ?? 100 })}`,
        signal,
      ),
    staleTime: SELDOM,
  });

export const versionQuery = (id: string) =>
  queryOptions({ queryKey: ["version", id], queryFn: ({ signal }) => get<PipelineVersion>(`/api/pipeline-versions/${id}`, { signal }), staleTime: NEARLY_NEVER });

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ["run", id],
    queryFn: async ({ signal }) => (await get<{ run: Run }>(`/api/runs/${encodeURIComponent(id)}`, { signal })).run,
  });

/** @param turn Anything that changes when the steps should be read again. */
export const runStepsQuery = (id: string, turn = 0) =>
  queryOptions({
    queryKey: ["run", id, "steps", turn],
    queryFn: async ({ signal }) => (await get<{ items: RunStep[] }>(`/api/runs/${id}/steps`, { signal })).items,
  });

export const recentRunsQuery = (filter: { tenantId?: string | null; pipelineId?: string; versionId?: string; status?: string[]; limit?: number }) =>
  queryOptions({
    queryKey: ["runs", "recent", filter],
    queryFn: ({ signal }) =>
      get<RunPage>(
        `/api/runs${toQuery({ tenant_id: filter.tenantId, pipeline_id: filter.pipelineId, pipeline_version_id: filter.versionId, status: filter.status, limit: filter.limit ?? 10 })}`,
        { signal },
      ),
    refetchInterval: 5_000,
  });

/** Runs of a pipeline that have not ended, as many as there are. */
export const underWayQuery = (pipelineId: string) =>
  queryOptions({
    queryKey: ["runs", "under-way", pipelineId],
    queryFn: async ({ signal }) => (await request<RunPage>(`/api/runs${toQuery({ pipeline_id: pipelineId, status: ["QUEUED", "RUNNING", "PAUSED"], limit: 1 })}`, { signal })).headers.get("X-Total-Count") ?? "0",
  });

export const workersQuery = () =>
  queryOptions({
    queryKey: ["workers"],
    queryFn: ({ signal }) => getPage<Worker>("/api/workers?limit=100", signal),
    refetchInterval: 5_000,
  });

export const catalogQuery = () =>
  queryOptions({
    queryKey: ["catalog"],
    queryFn: ({ signal }) => get<StepType[]>("/api/v1/catalog/steps", { signal }),
    staleTime: NEARLY_NEVER,
  });

/** The name of a pipeline; the end of its id where it cannot be had. */
export function usePipelineName(id: string): string {
  const { data, isPending } = useQuery(pipelineQuery(id));
  return data?.name ?? (isPending ? "…" : id.slice(-8));
}
