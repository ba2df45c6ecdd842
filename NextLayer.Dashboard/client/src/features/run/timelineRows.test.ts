import { expect, it } from "vitest";
import type { RunEvent } from "@/shared/api/types";
import { fold } from "./fold";
import { endOf, spansOf, ticksOf } from "./timelineRows";

const at = (second: number) => Date.UTC(2026, 0, 1, 0, 0, second);
const event = (seq: number, second: number, type: string, stepId: string | null = null, payload = {}): RunEvent => ({
  seq,
  run_id: "r",
  event: type,
  step_id: stepId,
  timestamp: new Date(at(second)).toISOString(),
  payload,
});

it("shows queue, run, wait and back-off where they were", () => {
  const view = fold([
    event(1, 0, "run.queued"),
    event(2, 2, "run.started", null, { worker_id: "w" }),
    event(3, 2, "step.started", "a", { attempt: 1 }),
    event(4, 3, "step.retrying", "a", { attempt: 1, retry_in_ms: 4000 }),
    event(5, 7, "step.started", "a", { attempt: 2 }),
    event(6, 8, "step.completed", "a", { attempt: 2 }),
    event(7, 8, "step.started", "b", { attempt: 1 }),
    event(8, 9, "step.waiting", "b", { attempt: 1, wait_reason: "timer" }),
    event(9, 9, "run.paused", null, { wait_reason: "timer" }),
  ]);
  const { rows, start } = spansOf(view);
  const bars = rows.map((row) => [row.name, ...row.spans.map((span) => `${span.kind} ${(span.from - start) / 1000}-${span.to === null ? "" : (span.to - start) / 1000}`)]);

  expect(bars).toEqual([
    ["Run", "hatched 0-2", "solid 2-9", "dotted 9-"],
    ["a", "solid 2-3", "gap 3-7", "solid 7-8"],
    ["b", "solid 8-9", "dotted 9-"],
  ]);
});

it("ends with the run, whatever is noted of it later", () => {
  const events = [event(1, 0, "run.queued"), event(2, 2, "run.started", null, { worker_id: "w" }), event(3, 5, "run.failed"), event(4, 50, "log"), event(5, 55, "run.labelled")];
  expect(endOf(fold(events))).toBe(at(5));
  expect(endOf(fold(events, 2))).toBe(at(2));
  expect(endOf(fold(events, 0))).toBeNull();
});

it("marks round times, and not too many", () => {
  expect(ticksOf(9_500, 6)).toEqual([0, 2000, 4000, 6000, 8000]);
  for (const length of [1, 13, 999, 61_000, 4e7, 9e8]) expect(ticksOf(length, 6).length).toBeLessThanOrEqual(7);
});
