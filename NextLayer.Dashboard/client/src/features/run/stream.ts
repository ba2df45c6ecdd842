import type { RunEvent, StreamMessage } from "@/shared/api/types";

/** What the page knows of a run's history: its events from the first on, without holes. */
export interface History {
  events: readonly RunEvent[];
  lastSeq: number;
  /** Newest number the server has named; until it is reached the page is catching up. */
  knownSeq: number;
  /** An event was missing before the newest one: come back and ask from `lastSeq`. */
  hole: boolean;
}

export const NO_HISTORY: History = { events: [], lastSeq: 0, knownSeq: 0, hole: false };

/** Takes in messages in the order in which they came. Each event counts once, whatever was sent twice. */
export function takeIn(history: History, messages: readonly StreamMessage[]): History {
  let { lastSeq, knownSeq, hole } = history;
  const added: RunEvent[] = [];
  for (const message of messages) {
    if (message.type === "snapshot") {
      knownSeq = Math.max(knownSeq, message.last_seq);
      hole = false;
    } else if (message.seq <= lastSeq) {
      continue;
    } else if (message.seq === lastSeq + 1) {
      const { seq, run_id, event, step_id, timestamp, payload } = message;
      added.push({ seq, run_id, event, step_id, timestamp, payload });
      lastSeq = seq;
      knownSeq = Math.max(knownSeq, seq);
    } else {
      knownSeq = Math.max(knownSeq, message.seq);
      hole = true;
    }
  }
  return { events: added.length > 0 ? [...history.events, ...added] : history.events, lastSeq, knownSeq, hole };
}
