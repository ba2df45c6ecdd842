import type { Worker } from "@/shared/api/types";
import { count } from "@/shared/time/format";

export const runsWord = (runs: number): string => (runs === 1 ? "its one run" : `its ${count(runs)} runs`);

/** What a drain would do, a sentence each. `claiming` workers are given runs now. */
export function drainWarning(worker: Worker, claiming: number): readonly string[] {
  const sentences = [worker.running_runs === 0 ? "It holds no run now, and gets none until it is resumed." : `It finishes ${runsWord(worker.running_runs)} and gets nothing new until it is resumed.`, "That holds when its process or the control plane is restarted."];
  if (worker.state === "live" && claiming <= 1) sentences.push("No other worker is live: queued runs will wait.");
  return sentences;
}

/** Why nobody takes queued runs; null while somebody does. */
export function nobodyClaims(workers: readonly Worker[]): "gone" | "draining" | null {
  if (workers.some((worker) => worker.state === "live")) return null;
  return workers.some((worker) => worker.state !== "gone") ? "draining" : "gone";
}
