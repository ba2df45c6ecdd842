import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { progressQuery } from "@/shared/api/progress";
import type { Run } from "@/shared/api/types";
import { StepBar } from "@/shared/status/StepBar";
import { text } from "@/shared/text";

/** How many of a run's steps are through: "4/7" over a bar. */
export function Progress({ run }: { run: Run }) {
  const { data } = useQuery({ ...progressQuery(run.id, run.last_event_seq), placeholderData: keepPreviousData });
  if (!data || data.progress.total === 0) return <span className="text-ink-3">{data ? "–" : ""}</span>;
  const { total, running, waiting, completed, failed, skipped } = data.progress;
  const settled = completed + skipped;
  return (
    <span className="flex flex-col gap-1" title={failed > 0 ? text.run.stepsDoneFailed(settled, total, failed) : text.run.stepsDone(settled, total)}>
      <span className="tnum text-xs leading-none text-ink-2">
        {settled}/{total}
      </span>
      <StepBar total={total} settled={settled} failed={failed} running={running} waiting={waiting} className="h-1" />
    </span>
  );
}
