import { Ban, CalendarClock, CheckCircle2, CircleDashed, CircleSlash, CirclePause, Hourglass, LoaderCircle, SkipForward, Unplug, XCircle, type LucideIcon } from "lucide-react";
import type { Run, RunStatus, StepStatus } from "../api/types";

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
  QUEUED: { word: "Queued", icon: CircleDashed, tone: "queued" },
  RUNNING: { word: "Running", icon: LoaderCircle, tone: "running", spin: true },
  PAUSED: { word: "Paused", icon: CirclePause, tone: "paused" },
  SUCCEEDED: { word: "Succeeded", icon: CheckCircle2, tone: "succeeded" },
  FAILED: { word: "Failed", icon: XCircle, tone: "failed" },
  CANCELLED: { word: "Cancelled", icon: Ban, tone: "cancelled" },
};

const SCHEDULED: Look = { word: "Scheduled", icon: CalendarClock, tone: "scheduled" };

export const STEP_LOOKS: Record<StepStatus, Look> = {
  pending: { word: "Pending", icon: CircleDashed, tone: "queued" },
  running: { word: "Running", icon: LoaderCircle, tone: "running", spin: true },
  waiting: { word: "Waiting", icon: Hourglass, tone: "paused" },
  completed: { word: "Completed", icon: CheckCircle2, tone: "succeeded" },
  failed: { word: "Failed", icon: XCircle, tone: "failed" },
  skipped: { word: "Skipped", icon: SkipForward, tone: "cancelled" },
  cancelled: { word: "Cancelled", icon: CircleSlash, tone: "cancelled" },
  abandoned: { word: "Abandoned", icon: Unplug, tone: "cancelled" },
};

const WAITS: Record<string, string> = {
  approval: "Waits for approval",
  event: "Waits for an event",
  timer: "Waits for a time",
  children: "Waits for child runs",
  manual: "Held by hand",
};

export function waitWord(reason: string | null): string {
  return (reason && WAITS[reason]) || "Waits";
}

/** A queued run that is not due yet is scheduled; a paused one says what it waits for. */
export function lookOfRun(run: Pick<Run, "status" | "run_after" | "wait_reason" | "cancel_requested">, now: number): Look {
  if (run.status === "QUEUED" && Date.parse(run.run_after) > now + 1000) return SCHEDULED;
  if (run.status === "RUNNING" && run.cancel_requested) return { ...RUN_LOOKS.RUNNING, word: "Cancelling" };
  return RUN_LOOKS[run.status];
}

export function isFinished(status: RunStatus): boolean {
  return status === "SUCCEEDED" || status === "FAILED" || status === "CANCELLED";
}

export const canCancel = (run: Pick<Run, "status" | "cancel_requested">) => !isFinished(run.status) && !run.cancel_requested;
export const canRetry = (run: Pick<Run, "status">) => run.status === "FAILED";
/** The runs of a for-each are its own to make. */
export const canRerun = (run: Pick<Run, "status" | "parent_run_id">) => isFinished(run.status) && run.parent_run_id === null;
