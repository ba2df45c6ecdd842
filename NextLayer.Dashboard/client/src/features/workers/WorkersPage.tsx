import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronRight, ServerOff, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { tenantQuery, usePipelineName, workersQuery } from "@/shared/api/queries";
import type { Run, Worker } from "@/shared/api/types";
import type { Tone } from "@/shared/status/status";
import { count } from "@/shared/time/format";
import { Duration, Time } from "@/shared/time/Time";
import { shortId } from "@/shared/ui/Copy";
import { Page, TABLE, TableFrame, TD, TH } from "@/shared/ui/Page";
import { Empty, Failure, SkeletonRows } from "@/shared/ui/States";
import { Tag } from "@/shared/ui/Status";
import { cx } from "@/shared/ui/cx";
import { DrainButton } from "./DrainButton";
import { nobodyClaims } from "./draining";
import { StartCommand } from "./StartCommand";
import { byWorker, runningQuery } from "./workerRuns";

const STATES: Record<Worker["state"], [string, Tone]> = { live: ["Live", "succeeded"], draining: ["Draining", "paused"], drained: ["Drained", "paused"], gone: ["Gone", "cancelled"] };

export function WorkersPage() {
  const query = useQuery(workersQuery());
  const workers = query.data?.items ?? [];
  const live = workers.filter((worker) => worker.state === "live");
  const slots = live.reduce((sum, worker) => sum + worker.slots, 0);
  const taken = live.reduce((sum, worker) => sum + worker.running_runs, 0);
  const used = workers.reduce((sum, worker) => sum + (worker.state === "gone" ? 0 : worker.running_runs), 0);
  const nobody = nobodyClaims(workers);
  const running = useQuery({ ...runningQuery(), enabled: used > 0, select: byWorker }).data;
  return (
    <Page title="Workers" note={query.data && workers.length > 0 ? `${count(live.length)} live, ${count(taken)} of ${count(slots)} slots used` : "Processes that claim runs and execute their steps."}>
      {query.isPending ? (
        <SkeletonRows rows={4} />
      ) : !query.data ? (
        <Failure error={query.error} what="the workers" retry={() => void query.refetch()} />
      ) : workers.length === 0 ? (
        <div className="rounded-xl border border-line bg-surface">
          <Empty icon={ServerOff} title="No worker has been seen in the last day">
            <p>Queued runs wait until one is started:</p>
            <StartCommand />
          </Empty>
        </div>
      ) : (
        <>
          {nobody !== null && (
            <section aria-label="No worker takes runs" className="flex gap-3 rounded-xl border border-line bg-warn-soft px-4 py-3 text-sm">
              <TriangleAlert className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden />
              <div className="min-w-0">
                <p className="font-medium">
                  {nobody === "gone" ? "No worker is live: queued runs wait until one is started." : "All workers drain: queued runs wait until one is resumed or another is started."}
                </p>
                <StartCommand />
              </div>
            </section>
          )}
          <TableFrame label="Workers">
            <table className={TABLE}>
              <thead>
                <tr>
                  <th className={TH}>Worker</th>
                  <th className={TH}>State</th>
                  <th className={cx(TH, "w-64")}>Slots</th>
                  <th className={cx(TH, "max-md:hidden")}>Claims for</th>
                  <th className={cx(TH, "max-lg:hidden")}>Version</th>
                  <th className={cx(TH, "max-sm:hidden")}>Last heard</th>
                  <th className={cx(TH, "max-lg:hidden")}>First seen</th>
                  <th className={TH}>
                    <span className="sr-only">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {workers.map((worker) => (
                  <Row key={worker.worker_id} worker={worker} runs={running?.get(worker.worker_id) ?? []} claiming={live.length} />
                ))}
              </tbody>
            </table>
          </TableFrame>
        </>
      )}
      {used > 0 && (
        <p className="text-sm">
          <Link to="/runs" search={{ status: ["RUNNING"], window: "all" }} className="text-accent-ink underline underline-offset-2">
            Runs that are running now
          </Link>
        </p>
      )}
    </Page>
  );
}

function Slots({ worker }: { worker: Worker }) {
  const share = worker.slots > 0 ? Math.min(1, worker.running_runs / worker.slots) : 0;
  const gone = worker.state === "gone";
  return (
    <span className="flex items-center gap-2.5" role="img" aria-label={`${worker.running_runs} of ${worker.slots} slots used`}>
      <span className="h-1.5 w-12 sm:w-28 overflow-hidden rounded-full bg-line">
        <span className="block h-full rounded-full" style={{ width: `${gone ? 0 : share * 100}%`, backgroundColor: share > 0.9 ? "var(--s-paused)" : "var(--s-running)" }} />
      </span>
      <span className="tnum text-xs whitespace-nowrap text-ink-2">
        {count(gone ? 0 : worker.running_runs)} / {count(worker.slots)}
      </span>
    </span>
  );
}

function TenantName({ id }: { id: string }) {
  return <>{useQuery(tenantQuery(id)).data?.name ?? id.slice(-8)}</>;
}

function Row({ worker, runs, claiming }: { worker: Worker; runs: readonly Run[]; claiming: number }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <tr className={cx(worker.state === "gone" && "text-ink-3")}>
        <td className={cx(TD, "max-w-36 font-medium sm:max-w-72")} title={worker.worker_id}>
          <span className="flex items-center gap-1">
            <button
              type="button"
              aria-expanded={open}
              aria-label={`Runs of ${worker.worker_id}`}
              disabled={runs.length === 0 && !open}
              onClick={() => setOpen(!open)}
              className="inline-flex size-6 shrink-0 items-center justify-center rounded text-ink-3 hover:text-ink disabled:invisible"
            >
              <ChevronRight className={cx("size-4 transition-transform", open && "rotate-90")} aria-hidden />
            </button>
            <Link to="/runs" search={{ worker: worker.worker_id, window: "all" }} title={`All runs of ${worker.worker_id}`} className="truncate hover:text-accent-ink hover:underline">
              {worker.worker_id}
            </Link>
          </span>
        </td>
        <td className={TD}>
          <Tag tone={STATES[worker.state][1]}>{STATES[worker.state][0]}</Tag>
          {worker.drain_requested_at !== null && (
            <span className="block text-xs whitespace-nowrap text-ink-3">
              {worker.state === "draining" ? `${count(worker.running_runs)} left, ` : worker.state === "gone" ? "drained " : ""}
              since <Time at={worker.drain_requested_at} />
            </span>
          )}
        </td>
        <td className={TD}>
          <Slots worker={worker} />
        </td>
        <td className={cx(TD, "whitespace-nowrap max-md:hidden")}>{worker.tenant_id ? <TenantName id={worker.tenant_id} /> : "all tenants"}</td>
        <td className={cx(TD, "tnum max-lg:hidden")}>{worker.version ?? "–"}</td>
        <td className={cx(TD, "max-sm:hidden")}>
          <Time at={worker.last_heartbeat_at} />
        </td>
        <td className={cx(TD, "max-lg:hidden")}>
          <Time at={worker.first_seen_at} />
        </td>
        <td className={cx(TD, "text-right")}>
          <DrainButton worker={worker} claiming={claiming} />
        </td>
      </tr>
      {open && (
        <tr>
          <td colSpan={8} className="border-b border-line bg-sunken/50 px-4 py-2">
            {runs.length === 0 ? (
              <p className="text-sm text-ink-2">It holds no run now.</p>
            ) : (
              <ul className="flex flex-col">
                {runs.map((run) => (
                  <HeldRun key={run.id} run={run} />
                ))}
              </ul>
            )}
          </td>
        </tr>
      )}
    </>
  );
}

function HeldRun({ run }: { run: Run }) {
  return (
    <li className="flex min-h-8 flex-wrap items-center gap-x-4 text-sm">
      <Link to="/runs/$runId" params={{ runId: run.id }} className="font-mono text-xs text-accent-ink hover:underline">
        {shortId(run.id)}
      </Link>
      <span className="min-w-0 flex-1 truncate">{usePipelineName(run.pipeline_id)}</span>
      {run.cancel_requested && <span className="text-xs text-ink-3">asked to stop</span>}
      <Duration from={run.claimed_at} to={null} className="text-xs text-ink-2" />
    </li>
  );
}
