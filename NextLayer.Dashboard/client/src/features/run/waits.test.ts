import { expect, it } from "vitest";
import { canEnd, endableWait } from "./waits";

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
