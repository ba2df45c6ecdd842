import { describe, expect, it } from "vitest";
import type { JsonObject, RunEvent } from "@/shared/api/types";
import { fold } from "./fold";

const START = Date.UTC(2026, 0, 1);

/** Events one second apart: [type, step, payload]. */
function story(...lines: [string, (string | null)?, JsonObject?][]): RunEvent[] {
  return lines.map(([event, stepId, payload], index) => ({
    seq: index + 1,
    run_id: "r",
    event,
    step_id: stepId ?? null,
    timestamp: new Date(START + index * 1000).toISOString(),
    payload: payload ?? {},
  }));
}

describe("fold", () => {
  it("tells a run that went well", () => {
    const view = fold(
      story(
        ["run.queued"],
        ["run.started", null, { worker_id: "w1" }],
        ["step.started", "a", { step_type: "noop", attempt: 1 }],
        ["step.completed", "a", { step_type: "noop", attempt: 1, port: "true" }],
        ["step.skipped", "b", { step_type: "noop" }],
        ["run.completed"],
      ),
    );

    expect(view).toMatchObject({ status: "SUCCEEDED", seq: 6, workerId: "w1", firstFailure: null });
    expect(view.steps.get("a")).toMatchObject({ status: "completed", attempts: 1 });
    expect(view.steps.get("a")?.last?.port).toBe("true");
    expect(view.steps.get("b")).toMatchObject({ status: "skipped" });
    expect(view.phases.map((p) => [p.status, (p.to ?? 0) - p.from])).toEqual([
      ["QUEUED", 1000],
      ["RUNNING", 4000],
    ]);
  });

  it("keeps every attempt, its error, and when the next one is due", () => {
    const error = { code: "TIMEOUT", message: "Too slow.", retryable: true, attempt: 1 };
    const view = fold(
      story(
        ["run.queued"],
        ["run.started", null, { worker_id: "w1" }],
        ["step.started", "a", { step_type: "http_request", attempt: 1 }],
        ["step.retrying", "a", { attempt: 1, error, retry_in_ms: 4000 }],
        ["step.started", "a", { step_type: "http_request", attempt: 2 }],
        ["step.failed", "a", { attempt: 2, error: { ...error, attempt: 2 } }],
        ["run.failed", null, { error_message: "a failed" }],
      ),
    );

    expect(view.attempts.map((a) => [a.attempt, a.status])).toEqual([
      [1, "failed"],
      [2, "failed"],
    ]);
    expect(view.attempts[0]?.retryAt).toBe(START + 3000 + 4000);
    expect(view).toMatchObject({ status: "FAILED", firstFailure: "a", errorMessage: "a failed" });
  });

  it("takes a retry that somebody wanted at once for due", () => {
    const view = fold(
      story(
        ["run.queued"],
        ["run.started", null, { worker_id: "w1" }],
        ["step.retrying", "a", { attempt: 1, error: { code: "TIMEOUT", message: "Too slow.", retryable: true, attempt: 1 }, retry_in_ms: 600_000 }],
        ["step.retry_requested", "a", { attempt: 1, by: "user:ada" }],
      ),
    );

    expect(view.steps.get("a")?.last).toMatchObject({ status: "failed", retryAt: START + 3000 });
  });

  it("abandons what a lost worker had open", () => {
    const view = fold(
      story(
        ["run.queued"],
        ["run.started", null, { worker_id: "w1" }],
        ["step.started", "a", { attempt: 1 }],
        ["run.requeued", null, { reason: "lease_lost" }],
        ["run.resumed", null, { worker_id: "w2" }],
        ["step.started", "a", { attempt: 2 }],
      ),
    );

    expect(view.attempts.map((a) => a.status)).toEqual(["abandoned", "running"]);
    expect(view).toMatchObject({ status: "RUNNING", workerId: "w2" });
  });

  it("waits and goes on with the same attempt", () => {
    const events = story(
      ["run.queued"],
      ["run.started", null, { worker_id: "w1" }],
      ["step.started", "ask", { attempt: 1, step_type: "wait_for_approval" }],
      ["step.waiting", "ask", { attempt: 1, wait_reason: "approval" }],
      ["run.paused", null, { wait_reason: "approval" }],
      ["step.completed", "ask", { attempt: 1 }],
      ["run.requeued", null, { reason: "woken" }],
    );

    expect(fold(events, 5)).toMatchObject({ status: "PAUSED", waitReason: "approval" });
    expect(fold(events, 5).steps.get("ask")?.status).toBe("waiting");
    const view = fold(events);
    expect(view.status).toBe("QUEUED");
    expect(view.attempts).toHaveLength(1);
    expect(view.attempts[0]).toMatchObject({ status: "completed", waitingSince: START + 3000 });
  });

  it("keeps finished steps over a retry and forgets the rest", () => {
    const view = fold(
      story(
        ["run.queued"],
        ["run.started", null, { worker_id: "w1" }],
        ["step.started", "a", { attempt: 1 }],
        ["step.completed", "a", { attempt: 1 }],
        ["step.started", "b", { attempt: 1 }],
        ["step.failed", "b", { attempt: 1 }],
        ["run.failed", null, { error_message: "b failed" }],
        ["run.retried", null, { generation: 2 }],
      ),
    );

    expect(view).toMatchObject({ status: "QUEUED", generation: 2, firstFailure: null, errorMessage: null });
    expect([...view.steps.keys()]).toEqual(["a"]);
  });

  it("goes back in time without knowing what came later", () => {
    const events = story(["run.queued"], ["run.started", null, { worker_id: "w" }], ["step.started", "a", { attempt: 1 }], ["run.failed", null, { error_message: "x" }]);

    expect(fold(events, 2).steps.size).toBe(0);
    expect(fold(events, 3).steps.get("a")?.status).toBe("running");
    expect(fold(events, 0)).toMatchObject({ status: "QUEUED", seq: 0, at: null });
  });
});
