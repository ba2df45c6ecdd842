import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { CircleCheck, PartyPopper, Plus, Workflow } from "lucide-react";
import type { ReactNode } from "react";
import { TryExample } from "@/features/pipelines/TryExample";
import { Note, PipelineName } from "@/features/runs/columns";
import { pipelinesQuery, recentRunsQuery, workersQuery } from "@/shared/api/queries";
import type { Run, Worker } from "@/shared/api/types";
import { usePrefs } from "@/shared/prefs/prefs";
import { text } from "@/shared/text";
import { count, duration, percent } from "@/shared/time/format";
import { Time } from "@/shared/time/Time";
import { useNow } from "@/shared/time/useNow";
import { buttonClass } from "@/shared/ui/Button";
import { Segments } from "@/shared/ui/Form";
import { Card, Page, TABLE, TD, TH } from "@/shared/ui/Page";
import { Empty, Failure, Skeleton } from "@/shared/ui/States";
import { RunBadge } from "@/shared/ui/Status";
import { cx } from "@/shared/ui/cx";
import { RunsChart } from "./Chart";
import { statsQuery, type PipelineStats, type Stats } from "./statsQuery";

const route = getRouteApi("/");
const WINDOWS = { "1h": { hours: 1, buckets: 60 }, "24h": { hours: 24, buckets: 48 }, "7d": { hours: 168, buckets: 84 }, "30d": { hours: 720, buckets: 60 } } as const;
type Window = keyof typeof WINDOWS;

export function OverviewPage() {
  const { window = "24h" } = route.useSearch();
  const navigate = route.useNavigate();
  const { tenantId } = usePrefs();
  const stats = useQuery(statsQuery({ tenantId, ...WINDOWS[window] }));
  const workers = useQuery(workersQuery()).data?.items;
  const pipelines = useQuery(pipelinesQuery(tenantId, "", 0, 1)).data;
  const failed = useQuery(recentRunsQuery({ tenantId, status: ["FAILED"], limit: 6 }));
  const active = useQuery(recentRunsQuery({ tenantId, status: ["RUNNING", "PAUSED", "QUEUED"], limit: 6 }));
  if (pipelines?.items.length === 0) return <FirstSteps />;
  return (
    <Page title={text.pages.overview} actions={<Segments label={text.overview.window} value={window} options={[["1h", text.overview.windows.hour], ["24h", text.overview.windows.day], ["7d", text.overview.windows.week], ["30d", text.overview.windows.month]]} onChange={(value) => void navigate({ search: { window: value === "24h" ? undefined : (value as Window) }, replace: true })} />}>
      {stats.isError && !stats.data ? (
        <Card>
          <Failure error={stats.error} what={text.things.figures} retry={() => void stats.refetch()} />
        </Card>
      ) : (
        <>
          <Figures stats={stats.data} workers={workers} window={window} />
          <Card title={text.pages.runs}>{stats.data ? <RunsChart buckets={stats.data.buckets} /> : <Skeleton className="h-56 w-full" />}</Card>
        </>
      )}
      <div className="grid grid-cols-1 gap-4 xl:grid-cols-2">
        <RunsCard title={text.overview.failedLast} runs={failed.data?.items} more={["FAILED"]} empty={text.overview.noneFailed} />
        <RunsCard title={text.overview.goingOn} runs={active.data?.items} more={["RUNNING", "PAUSED", "QUEUED"]} empty={text.overview.nothingGoesOn} />
      </div>
      {stats.data && stats.data.pipelines.length > 0 && (
        <div className="grid grid-cols-1 gap-4 xl:grid-cols-2">
          <PipelineTable title={text.overview.mostFailing} praise={stats.data.totals.succeeded > 0} rows={stats.data.pipelines.filter((each) => each.failed > 0).sort((a, b) => b.failed - a.failed).slice(0, 5)} empty={stats.data.totals.succeeded > 0 ? text.overview.praise(count(stats.data.totals.succeeded)) : text.overview.noFailing} />
          <PipelineTable title={text.overview.slowest} rows={stats.data.pipelines.filter((each) => each.p95_ms !== null).sort((a, b) => (b.p95_ms ?? 0) - (a.p95_ms ?? 0)).slice(0, 5)} empty={text.overview.noSlowest} />
        </div>
      )}
      {stats.data?.truncated && <p className="text-xs text-ink-3">{text.overview.truncated}</p>}
    </Page>
  );
}

function Figures({ stats, workers, window }: { stats: Stats | undefined; workers: readonly Worker[] | undefined; window: Window }) {
  const now = useNow();
  const live = workers?.filter((worker) => worker.state === "live") ?? [];
  const slots = live.reduce((sum, worker) => sum + worker.slots, 0);
  const used = live.reduce((sum, worker) => sum + worker.running_runs, 0);
  const t = stats?.totals;
  const ended = t ? t.succeeded + t.failed : 0;
  const all = t ? t.queued + t.running + t.paused + t.succeeded + t.failed + t.cancelled : 0;
  const { hours } = WINDOWS[window];
  const perMinute = ended / (hours * 60);
  const oldest = stats?.queue.oldest_due_at ? Math.max(0, now - Date.parse(stats.queue.oldest_due_at)) : null;
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-xl border border-line bg-line md:grid-cols-3 xl:grid-cols-6">
      <Figure name={text.pages.runs} value={t && count(all)} note={t && text.overview.ended(rate(perMinute))} />
      <Figure name={text.overview.figures.success} value={t && percent(t.succeeded, ended)} note={t && (t.failed > 0 ? text.overview.figures.failed(count(t.failed)) : text.overview.figures.noneFailed)} bad={Boolean(t && t.failed > 0)} />
      <Figure name={text.overview.figures.queue} value={stats && count(stats.queue.depth)} note={stats && (oldest === null ? text.overview.figures.queueEmpty : text.overview.figures.oldest(duration(Math.floor(oldest / 1000) * 1000)))} bad={oldest !== null && oldest > 60_000} />
      <Figure name={text.overview.figures.queueTime} value={stats && duration(stats.queue_wait.p50_ms)} note={stats && text.overview.figures.under(duration(stats.queue_wait.p95_ms))} />
      <Figure name={text.overview.figures.duration} value={stats && duration(stats.duration.p50_ms)} note={stats && text.overview.figures.under(duration(stats.duration.p95_ms))} />
      <Figure name={text.pages.workers} value={workers && count(live.length)} note={workers && (live.length === 0 ? text.overview.figures.noWorker : text.overview.figures.slots(count(used), count(slots)))} bad={workers !== undefined && live.length === 0} />
    </dl>
  );
}

function rate(perMinute: number): string {
  return perMinute >= 60 ? text.overview.rates.second((perMinute / 60).toFixed(1)) : perMinute >= 1 ? text.overview.rates.minute(perMinute.toFixed(1)) : text.overview.rates.hour((perMinute * 60).toFixed(1));
}

function Figure({ name, value, note, bad }: { name: string; value: ReactNode; note: ReactNode; bad?: boolean }) {
  return (
    <div className="bg-surface px-4 py-3">
      <dt className="text-xs text-ink-3">{name}</dt>
      <dd className="mt-0.5">
        {value === undefined ? <Skeleton className="my-1.5 h-5 w-16" /> : <span className="tnum text-xl font-semibold tracking-tight">{value}</span>}
        <span className={cx("tnum block min-h-4.5 text-xs", bad ? "text-[var(--s-failed)]" : "text-ink-2")}>{note}</span>
      </dd>
    </div>
  );
}

function RunsCard({ title, runs, more, empty }: { title: string; runs: readonly Run[] | undefined; more: Run["status"][]; empty: string }) {
  return (
    <Card
      title={title}
      bare
      actions={
        <Link to="/runs" search={{ status: more, window: "all" }} className="text-xs font-medium text-accent-ink hover:underline">
          {text.overview.all}
        </Link>
      }
    >
      {!runs ? (
        <div className="p-4">
          <Skeleton className="h-24 w-full" />
        </div>
      ) : runs.length === 0 ? (
        <p className="flex items-center gap-2 px-4 py-6 text-sm text-ink-2">
          <CircleCheck className="size-4 text-[var(--s-succeeded)]" aria-hidden />
          {empty}
        </p>
      ) : (
        <ul>
          {runs.map((run) => (
            <li key={run.id} className="border-b border-line last:border-0">
              <Link to="/runs/$runId" params={{ runId: run.id }} className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-0.5 px-4 py-2 text-sm hover:bg-hover ring-inset-focus sm:grid-cols-[minmax(0,1fr)_auto_5rem]">
                <PipelineName run={run} />
                <RunBadge run={run} />
                <Time at={run.created_at} className="text-right text-xs text-ink-3 max-sm:hidden" />
                <span className="col-span-full min-w-0 text-xs">
                  <Note run={run} wide />
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function PipelineTable({ title, rows, empty, praise }: { title: string; rows: readonly PipelineStats[]; empty: string; praise?: boolean }) {
  return (
    <Card title={title} bare>
      {rows.length === 0 ? (
        <p className="flex items-center gap-2 px-4 py-6 text-sm text-ink-2">
          {praise && <PartyPopper className="size-4 shrink-0 text-[var(--s-succeeded)]" aria-hidden />}
          {empty}
        </p>
      ) : (
        <table className={cx(TABLE, "table-fixed [&_tr:last-child_td]:border-b-0")}>
          <thead>
            <tr>
              <th className={TH}>{text.common.pipeline}</th>
              <th className={cx(TH, "w-14 text-right sm:w-16")}>{text.pages.runs}</th>
              <th className={cx(TH, "w-16 text-right sm:w-20")}>{text.overview.failed}</th>
              <th className={cx(TH, "w-24 text-right")}>{text.overview.under}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.pipeline_id}>
                <td className={TD}>
                  <Link to="/pipelines/$pipelineId" params={{ pipelineId: row.pipeline_id }} className="block font-medium break-words whitespace-normal hover:text-accent-ink hover:underline sm:truncate">
                    {row.name}
                  </Link>
                </td>
                <td className={cx(TD, "tnum text-right")}>{count(row.runs)}</td>
                <td className={cx(TD, "tnum text-right", row.failed > 0 && "text-[var(--s-failed)]")}>{count(row.failed)}</td>
                <td className={cx(TD, "tnum text-right whitespace-nowrap")}>{duration(row.p95_ms)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

function FirstSteps() {
  return (
    <Page title={text.pages.overview}>
      <Card>
        <Empty
          icon={Workflow}
          title={text.overview.empty.title}
          action={
            <>
              <Link to="/pipelines" search={{ create: true }} className={buttonClass("primary")}>
                <Plus className="size-3.5" aria-hidden /> {text.overview.empty.create}
              </Link>
              <TryExample />
            </>
          }
        >
          {text.overview.empty.meaning}
        </Empty>
      </Card>
    </Page>
  );
}
