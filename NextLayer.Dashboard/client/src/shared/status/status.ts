import { Ban, CalendarClock, CheckCircle2, CircleDashed, CircleSlash, CirclePause, Hourglass, LoaderCircle, SkipForward, Unplug, XCircle, type LucideIcon } from "lucide-react";
import type { Run, RunStatus, StepStatus } from "../api/types";
import { text } from "../text";

/** How a state looks: its word, its icon, and the name of its colour in tokens.css. */
export interface Look {
  word: string;
  icon: LucideIcon;
  tone: Tone;
  spin?: boolean;
}

export type Tone = "queued" | "scheduled" | "running" | "paused" | "succeeded" | "failed" | "cancelled";

export const RUN_STATUSES: readonly RunStatus[] = ["QUEUED", "RUNNING", "PAUSED", "SUCCEEDED", "FAILED", "CANCELLED"];

export const RUN_LOOKS: Record<RunStatus, Look> = {
  QUEUED: { word: text.status.run.QUEUED, icon: CircleDashed, tone: "queued" },
  RUNNING: { word: text.status.run.RUNNING, icon: LoaderCircle, tone: "running", spin: true },
  PAUSED: { word: text.status.run.PAUSED, icon: CirclePause, tone: "paused" },
  SUCCEEDED: { word: text.status.run.SUCCEEDED, icon: CheckCircle2, tone: "succeeded" },
  FAILED: { word: text.status.run.FAILED, icon: XCircle, tone: "failed" },
  CANCELLED: { word: text.status.run.CANCELLED, icon: Ban, tone: "cancelled" },
};

const SCHEDULED: Look = { word: text.status.scheduled, icon: CalendarClock, tone: "scheduled" };

export const STEP_LOOKS: Record<StepStatus, Look> = {
  pending: { word: text.status.step.pending, icon: CircleDashed, tone: "queued" },
  running: { word: text.status.step.running, icon: LoaderCircle, tone: "running", spin: true },
  waiting: { word: text.status.step.waiting, icon: Hourglass, tone: "paused" },
  completed: { word: text.status.step.completed, icon: CheckCircle2, tone: "succeeded" },
  failed: { word: text.status.step.failed, icon: XCircle, tone: "failed" },
  skipped: { word: text.status.step.skipped, icon: SkipForward, tone: "cancelled" },
  cancelled: { word: text.status.step.cancelled, icon: CircleSlash, tone: "cancelled" },
  abandoned: { word: text.status.step.abandoned, icon: Unplug, tone: "cancelled" },
};

const WAITS: Record<string, string> = {
  approval: text.status.waits.approval,
  event: text.status.waits.event,
  timer: text.status.waits.timer,
  children: text.status.waits.children,
  manual: text.status.waits.manual,
};

export function waitWord(reason: string | null): string {
  return (reason && WAITS[reason]) || text.status.waits.unknown;
}

/** A queued run that is not due yet is scheduled; a paused one says what it waits for. */
export function lookOfRun(run: Pick<Run, "status" | "run_after" | "wait_reason" | "cancel_requested">, now: number): Look {
  if (run.status === "QUEUED" && Date.parse(run.run_after) > now + 1000) return SCHEDULED;
  if (run.status === "RUNNING" && run.cancel_requested) return { ...RUN_LOOKS.RUNNING, word: text.status.cancelling };
  return RUN_LOOKS[run.status];
}

export function isFinished(status: RunStatus): boolean {
  return status === "SUCCEEDED" || status === "FAILED" || status === "CANCELLED";
}

export const canCancel = (run: Pick<Run, "status" | "cancel_requested">) => !isFinished(run.status) && !run.cancel_requested;
export const canRetry = (run: Pick<Run, "status">) => run.status === "FAILED";
/** The runs of a for-each are its own to make. */
export const canRerun = (run: Pick<Run, "status" | "parent_run_id">) => isFinished(run.status) && run.parent_run_id === null;
