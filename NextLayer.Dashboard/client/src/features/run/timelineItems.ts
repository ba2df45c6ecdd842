import { RUN_LOOKS } from "@/shared/status/status";
import { text } from "@/shared/text";
import { STATUS_OF, type Relative } from "./children";
import type { Row, Span } from "./timelineRows";
import type { ItemGroup } from "./useItems";

/** Puts the items of opened for-each steps below their steps, and a row that stands for those not read yet. */
export function withItems(rows: readonly Row[], groups: ReadonlyMap<string, ItemGroup>): Row[] {
  return rows.flatMap((row) => {
    const group = row.stepId === null ? undefined : groups.get(row.stepId);
    if (!group) return [row];
    const below: Row[] = group.items.map((each) => itemRow(row.stepId!, each));
    if (group.more !== 0) below.push({ stepId: row.stepId, name: group.more === null ? text.run.timeline.readingItems : text.run.timeline.moreItems(group.more), type: "", status: null, spans: [], more: true });
    return [row, ...below];
  });
}

function itemRow(stepId: string, run: Relative): Row {
  const status = STATUS_OF[run.status];
  const look = RUN_LOOKS[status];
  const [created, started, ended] = [Date.parse(run.created_at), time(run.started_at), time(run.completed_at)];
  const spans: Span[] = [{ from: created, to: started ?? ended, kind: "hatched", tone: "queued", word: text.run.timeline.queued }];
  if (started !== null) spans.push({ from: started, to: ended, kind: "solid", tone: look.tone, word: look.word });
  return { stepId, name: text.run.timeline.item((run.child_index ?? 0) + 1), type: "", status, spans, runId: run.id };
}

function time(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}
