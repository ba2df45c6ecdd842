import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError, post, sentenceOf } from "@/shared/api/http";
import { text } from "@/shared/text";
import { Button } from "@/shared/ui/Button";
import { Checkbox, Field, TextInput } from "@/shared/ui/Form";
import { FormError } from "@/shared/ui/FormError";
import { Dialog } from "@/shared/ui/Overlay";
import { Failure, SkeletonRows } from "@/shared/ui/States";
import { BackfillTimes } from "./BackfillTimes";
import { inputTime, momentOf, progressOf, timesWord } from "./backfill";
import { backfillQuery, type Backfill, type Schedule } from "./triggerQueries";

const WEEK = 7 * 24 * 3_600_000;

/** Makes up for past times of a schedule: which ones, how many of them have no run, and how their runs get on. */
export function BackfillDialog({ schedule, onClose }: { schedule: Schedule; onClose: () => void }) {
  const client = useQueryClient();
  const [opened] = useState(() => Date.now());
  const [from, setFrom] = useState(() => inputTime(opened - WEEK));
  const [to, setTo] = useState(() => inputTime(opened));
  const [beside, setBeside] = useState(schedule.overlap === "allow");
  const stretch = { from: momentOf(from), to: momentOf(to), allow_overlap: beside };
  const start = useMutation({
    mutationFn: () =>
      post<Backfill>(`/api/v1/triggers/schedule/${schedule.id}/backfill`, { from: stretch.from, to: stretch.to, ...(beside ? { overlap: "allow" } : {}) }, { tenantId: schedule.tenant_id }),
    meta: { quiet: true },
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: ["schedules"] }), client.invalidateQueries({ queryKey: ["backfill", schedule.id] })]),
  });
  const asked = stretch.from !== null && stretch.to !== null;
  const query = useQuery({ ...backfillQuery(schedule, stretch, start.isSuccess), enabled: asked });
  const report = query.data;
  const fields = query.error instanceof ApiError ? query.error.fields : {};
  const queued = start.data?.times.filter((time) => time.state === "queued") ?? [];
  const fresh = report?.new ?? 0;
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={start.isSuccess ? text.schedules.backfill.titleStarted : text.schedules.backfill.ask}
      description={text.schedules.backfill.about(schedule.name ?? schedule.cron, schedule.cron, schedule.timezone)}
      footer={
        start.isSuccess ? (
          <Button onClick={onClose}>{text.common.done}</Button>
        ) : (
          <>
            <Button onClick={onClose}>{text.common.back}</Button>
            <Button kind="primary" needs="runs.start" tenant={schedule.tenant_id} busy={start.isPending} disabled={fresh === 0 || Boolean(report?.obstacle) || query.isPlaceholderData || query.isError} onClick={() => start.mutate()}>
              {fresh === 0 ? text.schedules.backfill.queue : fresh === 1 ? text.schedules.backfill.queueOne : text.schedules.backfill.queueMany(fresh)}
            </Button>
          </>
        )
      }
    >
      <div className="flex flex-col gap-3.5 text-sm">
        {start.isSuccess ? (
          <Progress queued={queued.length} report={report ?? start.data} />
        ) : (
          <>
            <p className="text-ink-2">{text.schedules.backfill.meaning}</p>
            <div className="grid gap-3.5 sm:grid-cols-2">
              <Field label={text.schedules.backfill.from} error={asked || from ? fields.from?.join(" ") : text.schedules.backfill.choose}>
                {(ids) => <TextInput {...ids} type="datetime-local" value={from} onChange={(event) => setFrom(event.target.value)} />}
              </Field>
              <Field label={text.schedules.backfill.to} hint={text.schedules.backfill.zoneHint} error={asked || to ? fields.to?.join(" ") : text.schedules.backfill.choose}>
                {(ids) => <TextInput {...ids} type="datetime-local" value={to} onChange={(event) => setTo(event.target.value)} />}
              </Field>
            </div>
            {schedule.overlap === "skip" && <Checkbox label={text.schedules.backfill.overlap} checked={beside} onChange={(event) => setBeside(event.target.checked)} />}
            {report?.obstacle && (
              <p role="alert" className="rounded-lg bg-warn-soft px-3 py-2">
                {report.obstacle}
              </p>
            )}
            <FormError error={start.error} />
          </>
        )}
        {report && !query.isError ? (
          <section aria-label={text.schedules.backfill.planned} className={query.isPlaceholderData ? "opacity-60" : undefined}>
            <h3 className="mb-1.5 text-xs font-medium text-ink-2">{text.schedules.backfill.timesIn(timesWord(report.times), report.timezone)}</h3>
            <BackfillTimes report={report} />
          </section>
        ) : query.isError ? (
          Object.keys(fields).length > 0 ? null : <Failure error={query.error} what={text.things.plannedTimes} retry={() => void query.refetch()} />
        ) : (
          asked && <SkeletonRows rows={4} />
        )}
        {query.isError && Object.keys(fields).some((field) => field !== "from" && field !== "to") && <p role="alert">{sentenceOf(query.error)}</p>}
      </div>
    </Dialog>
  );
}

function Progress({ queued, report }: { queued: number; report: Backfill }) {
  const { ended, failed, total } = progressOf(report.times);
  return (
    <div className="flex flex-col gap-1.5">
      <p role="status">
        {queued === 1 ? text.schedules.backfill.queuedOne : text.schedules.backfill.queuedMany(queued)} {failed > 0 ? text.schedules.backfill.endedFailed(total, ended, failed) : text.schedules.backfill.ended(total, ended)}
      </p>
      <span className="h-1.5 overflow-hidden rounded-full bg-line" aria-hidden>
        <span className="block h-full rounded-full bg-[var(--s-running)]" style={{ width: `${total === 0 ? 0 : (ended / total) * 100}%` }} />
      </span>
    </div>
  );
}
