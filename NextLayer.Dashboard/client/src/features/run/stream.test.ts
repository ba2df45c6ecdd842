import { describe, expect, it } from "vitest";
import type { RunEvent, Snapshot, StreamMessage } from "@/shared/api/types";
import { NO_HISTORY, takeIn } from "./stream";

const event = (seq: number): StreamMessage & RunEvent => ({
  type: "event",
  seq,
  run_id: "r",
  event: "log",
  step_id: null,
  timestamp: "2026-01-01T00:00:00+00:00",
  payload: {},
});
const snapshot = (lastSeq: number): Snapshot => ({ type: "snapshot", run_id: "r", run_status: "running", step_statuses: {}, steps: [], context: {}, last_seq: lastSeq });

describe("takeIn", () => {
  it("keeps each event once, in order, whatever comes again after a reconnect", () => {
    const first = takeIn(NO_HISTORY, [snapshot(2), event(1), event(2)]);
    const again = takeIn(first, [snapshot(3), event(2), event(3), event(3)]);

    expect(again.events.map((e) => e.seq)).toEqual([1, 2, 3]);
    expect(again).toMatchObject({ lastSeq: 3, knownSeq: 3, hole: false });
  });

  it("is catching up until the snapshot's number is reached", () => {
    const state = takeIn(NO_HISTORY, [snapshot(5), event(1)]);
    expect(state.lastSeq).toBeLessThan(state.knownSeq);
  });

  it("takes no event behind a hole and says so, until the next snapshot", () => {
    const torn = takeIn(NO_HISTORY, [event(1), event(3)]);
    expect(torn).toMatchObject({ lastSeq: 1, hole: true, knownSeq: 3 });

    const mended = takeIn(torn, [snapshot(3), event(2), event(3)]);
    expect(mended).toMatchObject({ lastSeq: 3, hole: false });
  });

  it("comes to the same end for any cut of the stream into pieces", () => {
    const all = Array.from({ length: 40 }, (_, index) => event(index + 1));
    const whole = takeIn(NO_HISTORY, all);
    for (let size = 1; size < 12; size++) {
      let state = NO_HISTORY;
      // Each piece begins a few events too early, as a resumed stream does.
      for (let at = 0; at < all.length; at += size) state = takeIn(state, all.slice(Math.max(0, at - 3), at + size));
      expect(state).toEqual(whole);
    }
  });

  it("leaves the list itself alone when nothing is new", () => {
    const state = takeIn(NO_HISTORY, [event(1)]);
    expect(takeIn(state, [event(1)]).events).toBe(state.events);
  });
});
