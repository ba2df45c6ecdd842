import { expect, it } from "vitest";
import type { Relative } from "./children";
import { withItems } from "./timelineItems";
import type { Row } from "./timelineRows";

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const row = (stepId: string | null): Row => ({ stepId, name: stepId ?? "Run", type: "", status: null, spans: [] });
const child = (index: number, status: Relative["status"], started: number | null, ended: number | null): Relative => ({
  id: `run-${index}`,
  status,
  created_at: at(0),
  started_at: started === null ? null : at(started),
  completed_at: ended === null ? null : at(ended),
  child_index: index,
  error: null,
  reruns: null,
});

it("puts items below their step, and what is not read yet behind them", () => {
  const rows = withItems([row(null), row("each"), row("end")], new Map([["each", { items: [child(0, "completed", 1, 3), child(1, "running", 2, null)], more: 7 }]]));

  expect(rows.map((each) => each.name)).toEqual(["Run", "each", "Item 1", "Item 2", "7 more …", "end"]);
  expect(rows.map((each) => each.runId)).toEqual([undefined, undefined, "run-0", "run-1", undefined, undefined]);
  expect(rows[2]!.spans.map((span) => [span.kind, span.tone, span.to !== null])).toEqual([["hatched", "queued", true], ["solid", "succeeded", true]]);
  expect(rows[3]!.spans.at(-1)).toMatchObject({ tone: "running", to: null });
});

it("ends the queue of an item that was cancelled before it began", () => {
  const [, item] = withItems([row("each")], new Map([["each", { items: [child(0, "cancelled", null, 4)], more: 0 }]]));

  expect(item!.spans).toEqual([expect.objectContaining({ kind: "hatched", to: Date.parse(at(4)) })]);
});

it("leaves closed steps as they are", () => expect(withItems([row("each")], new Map())).toHaveLength(1));
