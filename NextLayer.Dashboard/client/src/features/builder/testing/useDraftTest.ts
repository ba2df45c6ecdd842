import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { compare, isSame } from "@/features/pipelines/compare";
import { fold, type RunView } from "@/features/run/fold";
import { useFreshRun } from "@/features/run/useFreshRun";
import { useRunHistory } from "@/features/run/useRunHistory";
import { runQuery, versionQuery } from "@/shared/api/queries";
import type { Run } from "@/shared/api/types";
import { partUpTo, toDefinition, toDraft, type Draft } from "../model";

/** A test of the draft, live. */
export interface DraftTest {
  run: Run;
  view: RunView;
  /** Whether the draft, as far as it was tested, was changed since. */
  outdated: boolean;
  /** The steps that were tested. */
  steps: ReadonlySet<string>;
}

/**
 * @param upTo The step it went up to; undefined for all.
 * @returns Null while no test is shown or nothing is known of it.
 */
export function useDraftTest(runId: string | undefined, upTo: string | undefined, draft: Draft): DraftTest | null {
  const row = useQuery({ ...runQuery(runId ?? ""), enabled: runId !== undefined }).data;
  const copy = useQuery({ ...versionQuery(row?.pipeline_version_id ?? ""), enabled: row !== undefined }).data;
  const { history } = useRunHistory(runId ?? "", runId !== undefined);
  useFreshRun(runId ?? "", row?.last_event_seq ?? Number.MAX_SAFE_INTEGER, history.lastSeq);
  const view = useMemo(() => fold(history.events), [history.events]);
  const tested = useMemo(() => (upTo === undefined ? draft : partUpTo(draft, upTo)), [draft, upTo]);
  const steps = useMemo(() => new Set(tested.nodes.map((node) => node.id)), [tested]);
  const outdated = useMemo(() => copy !== undefined && !isSame(compare(toDefinition(toDraft(copy.dag_spec)), toDefinition(tested))), [copy, tested]);
  if (!runId || !row) return null;
  return { run: { ...row, status: history.lastSeq >= row.last_event_seq && history.lastSeq > 0 ? view.status : row.status }, view, outdated, steps };
}
