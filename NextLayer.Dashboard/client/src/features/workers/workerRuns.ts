import { queryOptions } from "@tanstack/react-query";
import { get } from "@/shared/api/http";
import type { Run, RunPage } from "@/shared/api/types";

/** The newest runs that are with a worker: enough to see what each is at, not a count. */
export const runningQuery = () =>
  queryOptions({
    queryKey: ["runs", "held"],
    queryFn: async ({ signal }) => (await get<RunPage>("/api/runs?status=RUNNING&limit=100", { signal })).items,
    refetchInterval: 5_000,
  });

/** Runs by the worker that holds them, those held longest first. */
export function byWorker(runs: readonly Run[]): ReadonlyMap<string, readonly Run[]> {
  const held = new Map<string, Run[]>();
  for (const run of runs.toSorted((a, b) => (a.claimed_at ?? "").localeCompare(b.claimed_at ?? ""))) {
    if (run.claimed_by === null) continue;
    const others = held.get(run.claimed_by);
    if (others) others.push(run);
    else held.set(run.claimed_by, [run]);
  }
  return held;
}
