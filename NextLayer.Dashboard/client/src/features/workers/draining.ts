import type { Worker } from "@/shared/api/types";
import { text } from "@/shared/text";
import { count } from "@/shared/time/format";

export const runsWord = (runs: number): string => (runs === 1 ? text.workers.drain.itsOneRun : text.workers.drain.itsRuns(count(runs)));

/** What a drain would do, a sentence each. `claiming` workers are given runs now. */
export function drainWarning(worker: Worker, claiming: number): readonly string[] {
  const sentences = [worker.running_runs === 0 ? text.workers.drain.holdsNone : text.workers.drain.finishes(runsWord(worker.running_runs)), text.workers.drain.stays];
  if (worker.state === "live" && claiming <= 1) sentences.push(text.workers.drain.noOther);
  return sentences;
}

/** Why nobody takes queued runs; null while somebody does. */
export function nobodyClaims(workers: readonly Worker[]): "gone" | "draining" | null {
  if (workers.some((worker) => worker.state === "live")) return null;
  return workers.some((worker) => worker.state !== "gone") ? "draining" : "gone";
}
