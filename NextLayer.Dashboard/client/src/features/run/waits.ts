import type { JsonObject, RunStatus, WaitReason } from "@/shared/api/types";
import { text } from "@/shared/text";
import type { Attempt } from "./fold";

/** A wait that a person may end: a time, an event, or somebody's word. */
export type EndableWait = "timer" | "event" | "manual";

const BY_CODE: Record<string, EndableWait> = { waiting_for_time: "timer", waiting_for_event: "event", waiting_for_resume: "manual" };

/** The wait behind a reason of `explain`, where a person may end it. */
export function endableWait(code: string): EndableWait | null {
  return BY_CODE[code] ?? null;
}

/** While a worker holds the run, it alone ends the times it waits for. */
export function canEnd(reason: WaitReason | null, status: RunStatus): reason is EndableWait {
  return reason === "event" || reason === "manual" ? status === "PAUSED" || status === "RUNNING" || status === "QUEUED" : reason === "timer" && status === "PAUSED";
}

/** Whether the attempt has failed and the next one is yet to come. */
export function isPutOff(attempt: Pick<Attempt, "status" | "retryAt">, now: number): boolean {
  return attempt.status === "failed" && attempt.retryAt !== null && attempt.retryAt > now;
}

export const WAIT_WORDS: Record<EndableWait, { action: string; title: string; note: string; output: string }> = {
  timer: { action: text.run.goOn.timer.action, title: text.run.goOn.timer.ask, note: text.run.goOn.timer.note, output: "{}" },
  event: { action: text.run.goOn.event.action, title: text.run.goOn.event.ask, note: text.run.goOn.event.note, output: '{\n  "payload": {}\n}' },
  manual: { action: text.run.goOn.manual.action, title: text.run.goOn.manual.ask, note: text.run.goOn.manual.note, output: "{}" },
};

/** What a delay gives when it ends by itself: later steps may read it. */
export function delayOutput(attempt: Pick<Attempt, "startedAt" | "wakeAt"> | null | undefined, now: number): JsonObject {
  return { waited_ms: attempt ? Math.max(0, Math.round(now - attempt.startedAt)) : 0, due_at: attempt?.wakeAt ?? null, resumed_at: new Date(now).toISOString() };
}
