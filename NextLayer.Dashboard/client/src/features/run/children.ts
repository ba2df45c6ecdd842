import { queryOptions } from "@tanstack/react-query";
import { request, toQuery } from "@/shared/api/http";
import type { Run, RunStatus } from "@/shared/api/types";

/** A run as the Workflow API shows it, as far as its family goes. */
export interface Relative {
  id: string;
  status: "pending" | "running" | "paused" | "completed" | "failed" | "cancelled";
  created_at: string;
  started_at: string | null;
  completed_at: string | null;
  child_index: number | null;
  error: string | null;
  reruns: string[] | null;
}

export const STATUS_OF: Record<Relative["status"], RunStatus> = { pending: "QUEUED", running: "RUNNING", paused: "PAUSED", completed: "SUCCEEDED", failed: "FAILED", cancelled: "CANCELLED" };

const ASK_AGAIN_MS = 3_000;

/** A page of the runs that a for-each step has made, in the order of the items; asked again while some have not ended. */
export const childrenQuery = (run: Run, stepId: string, page: number, size: number, live: boolean) =>
  queryOptions({
    queryKey: ["run", run.id, "children", stepId, { page, size }],
    queryFn: async ({ signal }) => {
      const { data, headers } = await request<Relative[]>(`/api/v1/runs/${run.id}/children${toQuery({ step_id: stepId, page, per_page: size })}`, { tenantId: run.tenant_id, signal });
      return { runs: data, total: Number(headers.get("X-Total-Count") ?? data.length) };
    },
    refetchInterval: ({ state: { data } }) => (live && (!data || data.runs.length < size || data.runs.some((each) => each.completed_at === null)) ? ASK_AGAIN_MS : false),
  });
