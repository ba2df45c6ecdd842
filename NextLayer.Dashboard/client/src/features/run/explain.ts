import { queryOptions } from "@tanstack/react-query";
import { get } from "@/shared/api/http";
import type { EngineState, Run, Worker } from "@/shared/api/types";
import { waitWord } from "@/shared/status/status";
import { text } from "@/shared/text";

export interface Reason {
  code: string;
  message: string;
  step_id?: string | null;
  at?: string | null;
}

export interface Explanation {
  summary: string;
  reasons: Reason[];
  runs_ahead: number | null;
}

export const explainQuery = (run: Run) =>
  queryOptions({
    queryKey: ["run", run.id, "explain", run.last_event_seq],
    queryFn: ({ signal }) => get<Explanation>(`/api/v1/runs/${run.id}/explain`, { tenantId: run.tenant_id, signal }),
    retry: false,
    // Items of a for-each end without an event of the run, and are counted in the drawing too.
    refetchInterval: (query) => (query.state.error ? false : run.wait_reason === "children" ? 1_000 : 5_000),
  });

/** Our own guess, for a control plane that does not explain itself. */
export function guess(run: Run, engine: EngineState | undefined, workers: readonly Worker[] | undefined, now: number): Explanation {
  const reasons: Reason[] = [];
  if (run.status === "PAUSED") reasons.push({ code: `waiting_for_${run.wait_reason ?? "resume"}`, message: `${waitWord(run.wait_reason)}.`, at: run.wake_at });
  if (run.status === "QUEUED") {
    if (engine && engine.state !== "running") reasons.push({ code: `dispatch_${engine.state}`, message: text.run.why.engine(text.engine.states[engine.state].word.toLowerCase()) });
    if (Date.parse(run.run_after) > now) reasons.push({ code: "scheduled", message: text.run.why.scheduled, at: run.run_after });
    const live = workers?.filter((worker) => worker.state === "live" && (worker.tenant_id === null || worker.tenant_id === run.tenant_id));
    if (live?.length === 0) reasons.push({ code: "no_worker", message: text.run.why.noWorker });
    else if (live?.every((worker) => worker.running_runs >= worker.slots)) reasons.push({ code: "workers_busy", message: text.run.why.workersBusy });
    if (reasons.length === 0) reasons.push({ code: "next_in_queue", message: text.run.why.nextInQueue });
  }
  return { summary: reasons[0]?.message ?? "", reasons, runs_ahead: null };
}
