import type { RunEvent } from "@/shared/api/types";
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
  const { payload: p, step_id: step } = event;
  switch (event.event) {
    case "run.queued":
      return `Run queued by ${String(p.by ?? p.trigger_type ?? "somebody")}`;
    case "run.started":
      return `Run started on ${String(p.worker_id ?? "a worker")}`;
    case "run.resumed":
      return p.worker_id ? `Run taken up by ${String(p.worker_id)}` : "Run resumed";
    case "run.completed":
      return "Run succeeded";
    case "run.failed":
      return "Run failed";
    case "run.paused":
      return `Run paused: ${waitWord(typeof p.wait_reason === "string" ? p.wait_reason : null).toLowerCase()}`;
    case "run.cancelled":
      return p.reason ? `Run cancelled: ${String(p.reason)}` : "Run cancelled";
    case "run.retried":
      return `Run retried, try ${String(p.generation ?? "")}`;
    case "run.requeued":
      return p.reason === "lease_lost" ? "Run queued again: its worker was lost" : p.reason === "released" ? "Run handed back by its worker" : "Run queued again";
    case "run.labelled":
      return `Labels set${p.by ? ` by ${String(p.by)}` : ""}: ${Object.entries(object(p.labels) ?? {}).map(([key, value]) => `${key}=${String(value)}`).join(", ") || "none"}`;
    case "step.started":
      return `${step} started${Number(p.attempt) > 1 ? `, attempt ${String(p.attempt)}` : ""}`;
    case "step.completed":
      if (typeof p.taken_from === "string") return `${step} not run: its output is that of run ${shortId(p.taken_from)}`;
      return `${step} completed${typeof p.duration_ms === "number" ? ` in ${duration(p.duration_ms)}` : ""}${p.port && p.port !== "out" ? `, on by ${String(p.port)}` : ""}`;
    case "step.failed":
      return `${step} failed`;
    case "step.retrying":
      return `${step} failed, tries again in ${duration(Number(p.retry_in_ms ?? 0))}`;
    case "step.retry_requested":
      return `${String(p.by ?? "Somebody")} wanted ${step} tried again at once`;
    case "step.skipped":
      return `${step} skipped`;
    case "step.waiting":
      return `${step}: ${waitWord(typeof p.wait_reason === "string" ? p.wait_reason : null).toLowerCase()}`;
    case "log":
      return p.first_line === p.last_line ? `Log line ${String(p.last_line)}` : `Log lines ${String(p.first_line)} to ${String(p.last_line)}`;
    default:
      return event.event;
  }
}
