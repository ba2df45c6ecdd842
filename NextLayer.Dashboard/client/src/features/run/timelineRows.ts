import type { RunStatus, StepStatus } from "@/shared/api/types";
import { STEP_LOOKS, waitWord, type Tone } from "@/shared/status/status";
import { text } from "@/shared/text";
import type { Attempt, RunView } from "./fold";

export interface Span {
  from: number;
  /** Null while it goes on. */
  to: number | null;
  kind: "solid" | "hatched" | "dotted" | "gap";
  tone: Tone;
  word: string;
}

export interface Row {
  /** Null for the run itself. */
  stepId: string | null;
  name: string;
  type: string;
  status: RunStatus | StepStatus | null;
  spans: Span[];
  /** Of an item of the for-each step: the run that it is. */
  runId?: string;
  /** Stands for items of the step that are not read yet. */
  more?: boolean;
}

/** Where the bars of a finished run end: with the run, whatever was noted of it later; null while nothing is known of it. */
export function endOf(view: RunView): number | null {
  return view.phases.at(-1)?.to ?? view.at;
}

/** The bars of a run: its own phases first, then each step's attempts in the order in which the steps began. */
export function spansOf(view: RunView): { rows: Row[]; start: number } {
  const start = view.phases[0]?.from ?? view.at ?? 0;
  const run: Row = { stepId: null, name: text.run.timeline.run, type: "", status: view.status, spans: [] };
  for (const phase of view.phases) {
    const base = { from: phase.from, to: phase.to };
    if (phase.status === "QUEUED") run.spans.push({ ...base, kind: "hatched", tone: "queued", word: text.run.timeline.queued });
    else if (phase.status === "PAUSED") run.spans.push({ ...base, kind: "dotted", tone: "paused", word: waitWord(phase.waitReason) });
    else run.spans.push({ ...base, kind: "solid", tone: "running", word: phase.workerId ? text.run.timeline.runningOn(phase.workerId) : text.run.timeline.running });
  }

  const steps = new Map<string, Row>();
  const byNumber = new Map(view.attempts.map((each) => [keyOf(each, each.attempt), each]));
  for (const attempt of view.attempts) {
    let row = steps.get(attempt.stepId);
    if (!row) steps.set(attempt.stepId, (row = { stepId: attempt.stepId, name: attempt.stepId, type: attempt.stepType, status: null, spans: [] }));
    row.status = attempt.status;
    const before = byNumber.get(keyOf(attempt, attempt.attempt - 1));
    if (before?.retryAt && before.finishedAt !== null && attempt.startedAt > before.finishedAt)
      row.spans.push({ from: before.finishedAt, to: attempt.startedAt, kind: "gap", tone: "failed", word: text.run.timeline.backoff });
    const word = attempt.attempt > 1 ? text.run.timeline.attempt(STEP_LOOKS[attempt.status].word, attempt.attempt) : STEP_LOOKS[attempt.status].word;
    const tone = STEP_LOOKS[attempt.status].tone;
    if (attempt.waitingSince !== null) {
      row.spans.push({ from: attempt.startedAt, to: attempt.waitingSince, kind: "solid", tone, word });
      row.spans.push({ from: attempt.waitingSince, to: attempt.finishedAt, kind: "dotted", tone: "paused", word: waitWord(attempt.waitReason) });
    } else {
      row.spans.push({ from: attempt.startedAt, to: attempt.finishedAt, kind: "solid", tone, word });
    }
    // Its next attempt has not begun yet.
    if (!byNumber.has(keyOf(attempt, attempt.attempt + 1)) && attempt.retryAt !== null && attempt.finishedAt !== null && view.status !== "FAILED" && view.status !== "CANCELLED")
      row.spans.push({ from: attempt.finishedAt, to: null, kind: "gap", tone: "failed", word: text.run.timeline.backoff });
  }
  return { rows: [run, ...steps.values()], start };
}

function keyOf({ stepId, generation }: Attempt, attempt: number): string {
  return `${generation}/${attempt}/${stepId}`;
}

const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 1.5e4, 3e4, 6e4, 1.2e5, 3e5, 6e5, 9e5, 1.8e6, 3.6e6, 7.2e6, 1.08e7, 2.16e7, 4.32e7, 8.64e7, 1.728e8, 6.048e8];

/** Round times to mark along a length, about `wanted` of them. */
export function ticksOf(length: number, wanted: number): number[] {
  const step = STEPS.find((each) => length / each <= wanted) ?? STEPS.at(-1)!;
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, index) => index * step);
}
