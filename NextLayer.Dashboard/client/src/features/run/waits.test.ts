import { expect, it } from "vitest";
import { canEnd, delayOutput, endableWait, isPutOff } from "./waits";

it.each([
  ["waiting_for_time", "timer"],
  ["waiting_for_event", "event"],
  ["waiting_for_resume", "manual"],
  ["waiting_for_approval", null],
  ["step_retry", null],
])("takes %s for a wait that ends by hand as %s", (code, wait) => expect(endableWait(code)).toBe(wait));

it("leaves a time to the worker that holds the run", () => {
  expect(canEnd("timer", "RUNNING")).toBe(false);
  expect(canEnd("timer", "PAUSED")).toBe(true);
  expect(canEnd("event", "RUNNING")).toBe(true);
});

it("ends nothing by hand that people vote on, or that has ended", () => {
  expect(canEnd("approval", "PAUSED")).toBe(false);
  expect(canEnd("children", "PAUSED")).toBe(false);
  expect(canEnd("event", "FAILED")).toBe(false);
});

it("gives what a delay that ends by itself gives", () =>
  expect(delayOutput({ startedAt: 1_000, wakeAt: "2026-05-01T10:00:00+00:00" }, 61_000)).toEqual({ waited_ms: 60_000, due_at: "2026-05-01T10:00:00+00:00", resumed_at: "1970-01-01T00:01:01.000Z" }));

it.each([
  ["failed", 2_000, true],
  ["failed", 1_000, false],
  ["failed", null, false],
  ["running", 2_000, false],
] as const)("an attempt that is %s, with the next one at %s, is put off: %s", (status, retryAt, putOff) => expect(isPutOff({ status, retryAt }, 1_000)).toBe(putOff));
