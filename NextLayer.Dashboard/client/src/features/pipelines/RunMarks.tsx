import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { recentRunsQuery } from "@/shared/api/queries";
import type { RunStatus } from "@/shared/api/types";
import { RUN_LOOKS } from "@/shared/status/status";
import { text } from "@/shared/text";

/** Runs as marks, given newest first, the newest at the right. */
export function RunMarks({ runs }: { runs: readonly { id: string; status: RunStatus }[] }) {
  if (runs.length === 0) return <span className="text-ink-3">{text.pipelines.neverRun}</span>;
  return (
    <span className="flex">
      {runs.toReversed().map((run) => {
        const { icon: Icon, word, tone } = RUN_LOOKS[run.status];
        return (
          <Link key={run.id} to="/runs/$runId" params={{ runId: run.id }} title={word} aria-label={text.pipelines.runMark(run.id.slice(-8), word)} className="inline-flex size-6 items-center justify-center rounded hover:bg-sunken">
            <Icon className="size-3.5" style={{ color: `var(--s-${tone})` }} aria-hidden />
          </Link>
        );
      })}
    </span>
  );
}

/** The last runs of one pipeline as marks. */
export function LastRuns({ pipelineId }: { pipelineId: string }) {
  const { data } = useQuery({ ...recentRunsQuery({ pipelineId, limit: 10 }), refetchInterval: 15_000 });
  return data ? <RunMarks runs={data.items} /> : null;
}
