import type { JsonObject, RunEvent, RunStatus, StepError, StepStatus, WaitReason } from "@/shared/api/types";

/** One attempt of a step as the events tell it. */
export interface Attempt {
  stepId: string;
  stepType: string;
  generation: number;
  attempt: number;
  status: StepStatus;
  startedAt: number;
  finishedAt: number | null;
  /** Since when it has been waiting; null when it never waited. */
  waitingSince: number | null;
  waitReason: WaitReason | null;
  wakeAt: string | null;
  error: StepError | null;
  port: string | null;
  /** When the next attempt begins, after a failure. */
  retryAt: number | null;
}

/** A stretch of the whole run in one state. */
export interface Phase {
  status: RunStatus;
  from: number;
  to: number | null;
  workerId: string | null;
  waitReason: WaitReason | null;
}

export interface StepView {
  stepId: string;
  stepType: string;
  status: StepStatus;
  attempts: number;
  last: Attempt | null;
}

/** A run as it stood after one of its events. */
export interface RunView {
  status: RunStatus;
  seq: number;
  at: number | null;
  generation: number;
  workerId: string | null;
  waitReason: WaitReason | null;
  wakeAt: string | null;
  errorMessage: string | null;
  steps: ReadonlyMap<string, StepView>;
  attempts: readonly Attempt[];
  phases: readonly Phase[];
  /** Step that failed first in the newest generation. */
  firstFailure: string | null;
  lastLogLine: number;
}

/** Replays events into the state after the last of them with a number up to `upTo`. */
export function fold(events: readonly RunEvent[], upTo = Number.POSITIVE_INFINITY): RunView {
  const attempts: Attempt[] = [];
  const open = new Map<string, Attempt>();
  const steps = new Map<string, StepView>();
  const phases: Phase[] = [];
  const view = {
    status: "QUEUED" as RunStatus,
    seq: 0,
    at: null as number | null,
    generation: 1,
    workerId: null as string | null,
    waitReason: null as WaitReason | null,
    wakeAt: null as string | null,
    errorMessage: null as string | null,
    firstFailure: null as string | null,
    lastLogLine: 0,
  };

  const enter = (status: RunStatus, at: number, waitReason: WaitReason | null = null) => {
    const before = phases.at(-1);
    if (before && before.to === null) before.to = at;
    const final = status === "SUCCEEDED" || status === "FAILED" || status === "CANCELLED";
    if (!final) phases.push({ status, from: at, to: null, workerId: status === "RUNNING" ? view.workerId : null, waitReason });
    view.status = status;
    view.waitReason = waitReason;
    if (waitReason === null) view.wakeAt = null;
  };
  const settle = (attempt: Attempt, status: StepStatus, at: number) => {
    attempt.status = status;
    attempt.finishedAt = at;
    open.delete(attempt.stepId);
    show(attempt);
  };
  const show = (attempt: Attempt) =>
    steps.set(attempt.stepId, { stepId: attempt.stepId, stepType: attempt.stepType, status: attempt.status, attempts: attempt.attempt, last: attempt });
  const begin = (event: RunEvent, stepId: string, at: number): Attempt => {
    const attempt: Attempt = {
      stepId,
      stepType: text(event.payload, "step_type") ?? steps.get(stepId)?.stepType ?? "",
      generation: view.generation,
      attempt: number(event.payload, "attempt") ?? 1,
      status: "running",
      startedAt: at,
      finishedAt: null,
      waitingSince: null,
      waitReason: null,
      wakeAt: null,
      error: null,
      port: null,
      retryAt: null,
    };
    attempts.push(attempt);
    open.set(stepId, attempt);
    return attempt;
  };
  // An end without a beginning, such as a step that was resumed by a person: its beginning is what we know last.
  const current = (event: RunEvent, stepId: string, at: number) => open.get(stepId) ?? begin(event, stepId, at - (number(event.payload, "duration_ms") ?? 0));

  for (const event of events) {
    if (event.seq > upTo) break;
    const at = Date.parse(event.timestamp);
    const { payload, step_id: stepId } = event;
    view.seq = event.seq;
    view.at = at;
    switch (event.event) {
      case "run.queued":
        enter("QUEUED", at);
        break;
      case "run.started":
      case "run.resumed":
        view.workerId = text(payload, "worker_id") ?? view.workerId;
        // A new claim after a lost worker: what that one had open is abandoned.
        for (const attempt of open.values()) if (attempt.status === "running") settle(attempt, "abandoned", at);
        enter(text(payload, "worker_id") || event.event === "run.started" ? "RUNNING" : "QUEUED", at);
        break;
      case "run.paused":
        enter("PAUSED", at, text(payload, "wait_reason") as WaitReason | null);
        view.wakeAt = text(payload, "wake_at");
        break;
      case "run.requeued":
        if (text(payload, "reason") === "lease_lost") for (const attempt of open.values()) if (attempt.status === "running") settle(attempt, "abandoned", at);
        enter("QUEUED", at);
        break;
      case "run.retried":
        view.generation = number(payload, "generation") ?? view.generation + 1;
        view.errorMessage = null;
        view.firstFailure = null;
        for (const step of steps.values()) if (step.status !== "completed") steps.delete(step.stepId);
        enter("QUEUED", at);
        break;
      case "run.completed":
        enter("SUCCEEDED", at);
        break;
      case "run.failed":
        view.errorMessage = text(payload, "error_message");
        for (const attempt of open.values()) settle(attempt, "cancelled", at);
        enter("FAILED", at);
        break;
      case "run.cancelled":
        view.errorMessage = text(payload, "reason");
        for (const attempt of open.values()) settle(attempt, "cancelled", at);
        enter("CANCELLED", at);
        break;
      case "log":
        view.lastLogLine = Math.max(view.lastLogLine, number(payload, "last_line") ?? 0);
        break;
      default:
        break;
    }
    if (stepId === null) continue;
    switch (event.event) {
      case "step.started": {
        const before = open.get(stepId);
        // A waiting attempt that goes on is the same attempt.
        if (before && before.attempt === number(payload, "attempt") && before.generation === view.generation) {
          before.status = "running";
          show(before);
          break;
        }
        if (before) settle(before, "abandoned", at);
        show(begin(event, stepId, at));
        break;
      }
      case "step.waiting": {
        const attempt = current(event, stepId, at);
        attempt.status = "waiting";
        attempt.waitingSince ??= at;
        attempt.waitReason = text(payload, "wait_reason") as WaitReason | null;
        attempt.wakeAt = text(payload, "wake_at");
        show(attempt);
        break;
      }
      case "step.completed": {
        const attempt = current(event, stepId, at);
        attempt.port = text(payload, "port");
        settle(attempt, "completed", at);
        break;
      }
      case "step.failed":
      case "step.retrying": {
        const attempt = current(event, stepId, at);
        attempt.error = (payload.error as unknown as StepError | undefined) ?? null;
        settle(attempt, "failed", at);
        if (event.event === "step.retrying") attempt.retryAt = at + (number(payload, "retry_in_ms") ?? 0);
        else view.firstFailure ??= stepId;
        break;
      }
      case "step.retry_requested": {
        const attempt = steps.get(stepId)?.last;
        if (attempt?.status === "failed") attempt.retryAt = at;
        break;
      }
      case "step.skipped":
        steps.set(stepId, { stepId, stepType: text(payload, "step_type") ?? "", status: "skipped", attempts: 0, last: null });
        break;
      default:
        break;
    }
  }
  return { ...view, steps, attempts, phases };
}

function text(payload: JsonObject, name: string): string | null {
  const value = payload[name];
  return typeof value === "string" ? value : null;
}

function number(payload: JsonObject, name: string): number | null {
  const value = payload[name];
  return typeof value === "number" ? value : null;
}
