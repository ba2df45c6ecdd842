import type { RunEvent } from "@/shared/api/types";
import { text } from "@/shared/text";
import { shortId } from "@/shared/ui/Copy";
import { duration } from "@/shared/time/format";
import { object } from "@/shared/graph/definition";
import { waitWord } from "@/shared/status/status";

/** Who asked for the run, where its first event says so. */
export function starterOf(events: readonly RunEvent[]): string | null {
  const first = events[0];
  return first?.event === "run.queued" && typeof first.payload.by === "string" ? first.payload.by : null;
}

/** An event as a short sentence. */
export function wordOfEvent(event: RunEvent): string {
  const { payload: p } = event;
  const step = event.step_id ?? "";
  const words = text.run.word;
  switch (event.event) {
    case "run.queued":
      return words.queued(String(p.by ?? p.trigger_type ?? words.somebody));
    case "run.started":
      return words.started(String(p.worker_id ?? words.someWorker));
    case "run.resumed":
      return p.worker_id ? words.takenUp(String(p.worker_id)) : words.resumed;
    case "run.completed":
      return words.succeeded;
    case "run.failed":
      return words.failed;
    case "run.paused":
      return words.paused(waitWord(typeof p.wait_reason === "string" ? p.wait_reason : null).toLowerCase());
    case "run.cancelled":
      return p.reason ? words.cancelledFor(String(p.reason)) : words.cancelled;
    case "run.retried":
      return words.retried(String(p.generation ?? ""));
    case "run.requeued":
      return p.reason === "lease_lost" ? words.requeuedLost : p.reason === "released" ? words.released : words.requeued;
    case "run.labelled":
      return p.by ? words.labelledBy(String(p.by), labelsOf(p.labels)) : words.labelled(labelsOf(p.labels));
    case "step.started":
      return Number(p.attempt) > 1 ? words.stepStartedAgain(step, String(p.attempt)) : words.stepStarted(step);
    case "step.completed":
      if (typeof p.taken_from === "string") return words.stepTakenFrom(step, shortId(p.taken_from));
      return words.stepCompleted(step) + (typeof p.duration_ms === "number" ? words.stepTook(duration(p.duration_ms)) : "") + (p.port && p.port !== "out" ? words.stepPort(String(p.port)) : "");
    case "step.failed":
      return words.stepFailed(step);
    case "step.retrying":
      return words.stepRetrying(step, duration(Number(p.retry_in_ms ?? 0)));
    case "step.retry_requested":
      return words.stepRetryRequested(String(p.by ?? words.someoneFirst), step);
    case "step.skipped":
      return words.stepSkipped(step);
    case "step.waiting":
      return `${step}: ${waitWord(typeof p.wait_reason === "string" ? p.wait_reason : null).toLowerCase()}`;
    case "log":
      return p.first_line === p.last_line ? words.logLine(String(p.last_line)) : words.logLines(String(p.first_line), String(p.last_line));
    default:
      return event.event;
  }
}

function labelsOf(labels: RunEvent["payload"][string] | undefined): string {
  return Object.entries(object(labels) ?? {}).map(([key, value]) => `${key}=${String(value)}`).join(", ") || text.run.word.noLabels;
}
