import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { text } from "@/shared/text";
import { shortId } from "@/shared/ui/Copy";
import { Tag } from "@/shared/ui/Status";
import { clockChanges, wordOfChange } from "./clockChanges";
import type { Backfill } from "./triggerQueries";

const STATES = { pending: "queued", running: "running", paused: "paused", completed: "succeeded", failed: "failed", cancelled: "cancelled" } as const;

/** Planned times in the schedule's zone with their runs; changes of the clocks stand out. */
export function BackfillTimes({ report }: { report: Backfill }) {
  const changes = useMemo(() => clockChanges(report.times), [report]);
  if (report.times.length === 0) return <p className="text-sm text-ink-2">{text.schedules.backfill.none}</p>;
  return (
    <ol className="tnum max-h-72 overflow-y-auto rounded-lg border border-line text-xs" tabIndex={0} aria-label={text.schedules.backfill.timesLabel}>
      {report.times.map((time) => {
        const change = changes.get(time.at);
        return (
          <li key={time.at} className="flex min-h-8 flex-wrap items-center gap-x-3 border-b border-line px-3 py-1 last:border-0">
            <span className="min-w-32">{time.local.slice(0, 16).replace("T", " ")}</span>
            {time.run_id ? (
              <>
                <Tag tone={STATES[time.run_status ?? "cancelled"]}>{time.run_status ?? text.schedules.backfill.gone}</Tag>
                <Link to="/runs/$runId" params={{ runId: time.run_id }} className="font-mono text-accent-ink hover:underline">
                  {text.schedules.backfill.run(shortId(time.run_id))}
                </Link>
              </>
            ) : (
              <span className="text-ink-2">{text.schedules.backfill.noRun}</span>
            )}
            {change !== undefined && <span className="basis-full font-medium text-warn">{text.schedules.clocksBefore(wordOfChange(change))}</span>}
          </li>
        );
      })}
    </ol>
  );
}
