import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { text } from "@/shared/text";
import { Time } from "@/shared/time/Time";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Overlay";
import { Failure, Skeleton, SkeletonRows } from "@/shared/ui/States";
import { Tag } from "@/shared/ui/Status";
import { TimesList } from "./TimesList";
import { firesQuery, scheduleTimesQuery, type Fire, type Schedule } from "./triggerQueries";

const OUTCOMES = { started: [text.schedules.outcomes.started, "succeeded"], skipped: [text.schedules.outcomes.skipped, "cancelled"], missed: [text.schedules.outcomes.missed, "paused"], failed: [text.schedules.outcomes.failed, "failed"], refused: [text.schedules.outcomes.refused, "failed"], backfilled: [text.schedules.outcomes.backfilled, "succeeded"] } as const;

/** When a schedule comes next, and what became of the times that have passed. */
export function ScheduleTimesDialog({ schedule, onClose }: { schedule: Schedule; onClose: () => void }) {
  const next = useQuery({ ...scheduleTimesQuery(schedule), enabled: schedule.enabled });
  const fires = useQuery(firesQuery(schedule));
  return (
    <Dialog open onOpenChange={onClose} title={schedule.name ?? schedule.cron} description={text.schedules.inZone(schedule.cron, schedule.timezone)} wide footer={<Button onClick={onClose}>{text.common.done}</Button>}>
      <div className="grid gap-6 md:grid-cols-[minmax(0,1fr)_16rem]">
        <section aria-label={text.schedules.lastTimes}>
          <h3 className="mb-1.5 text-xs font-medium text-ink-2">{text.schedules.lastTimesTitle}</h3>
          {fires.isPending ? (
            <SkeletonRows rows={4} />
          ) : fires.isError ? (
            <Failure error={fires.error} what={text.things.lastTimes} retry={() => void fires.refetch()} />
          ) : fires.data.length === 0 ? (
            <p className="text-sm text-ink-2">{text.schedules.noTimeYet}</p>
          ) : (
            <ul className="rounded-lg border border-line">
              {fires.data.map((fire) => (
                <li key={fire.planned_at} className="border-b border-line px-3 py-2 text-sm last:border-0">
                  <LastFire fire={fire} />
                  {fire.missed !== null && fire.missed > 1 && <span className="ml-2 text-xs text-ink-3">{text.schedules.andMissed(fire.missed - 1)}</span>}
                  {fire.reason && <p className="mt-0.5 text-xs text-ink-2">{fire.reason}</p>}
                </li>
              ))}
            </ul>
          )}
        </section>
        <section aria-label={text.schedules.nextTimes} className="h-fit rounded-lg bg-sunken p-3 text-xs">
          <h3 className="mb-1.5 font-medium text-ink-2">{text.schedules.nextTimes}</h3>
          {!schedule.enabled ? <p className="text-ink-2">{text.schedules.pausedNone}</p> : next.data ? <TimesList times={next.data} /> : next.isError ? <Failure error={next.error} what={text.things.nextTimes} /> : <Skeleton className="h-24" />}
        </section>
      </div>
    </Dialog>
  );
}

export function LastFire({ fire }: { fire: Fire | null }) {
  if (!fire) return <span className="text-ink-3">{text.schedules.never}</span>;
  const [word, tone] = OUTCOMES[fire.outcome];
  return (
    <span className="inline-flex items-center gap-2" title={fire.reason ?? undefined}>
      <Tag tone={tone}>{word}</Tag>
      {fire.run_id ? (
        <Link to="/runs/$runId" params={{ runId: fire.run_id }} className="text-accent-ink hover:underline">
          <Time at={fire.planned_at} />
        </Link>
      ) : (
        <Time at={fire.planned_at} />
      )}
    </span>
  );
}
