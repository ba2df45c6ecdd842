import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { tenantQuery, usePipelineName } from "@/shared/api/queries";
import type { Run, Worker } from "@/shared/api/types";
import type { Tone } from "@/shared/status/status";
import { text } from "@/shared/text";
import { count } from "@/shared/time/format";
import { Duration, Time } from "@/shared/time/Time";
import { shortId } from "@/shared/ui/Copy";
import { TD } from "@/shared/ui/Page";
import { Tag } from "@/shared/ui/Status";
import { cx } from "@/shared/ui/cx";
import { DrainButton } from "./DrainButton";

const STATES: Record<Worker["state"], [string, Tone]> = { live: [text.workers.states.live, "succeeded"], draining: [text.workers.states.draining, "paused"], drained: [text.workers.states.drained, "paused"], gone: [text.workers.states.gone, "cancelled"] };

function Slots({ worker }: { worker: Worker }) {
  const share = worker.slots > 0 ? Math.min(1, worker.running_runs / worker.slots) : 0;
  const gone = worker.state === "gone";
  return (
    <span className="flex items-center gap-2.5" role="img" aria-label={text.workers.slotsUsed(worker.running_runs, worker.slots)}>
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

/** A worker, its slots, and on demand the runs that it holds. */
export function WorkerRow({ worker, runs, claiming }: { worker: Worker; runs: readonly Run[]; claiming: number }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <tr className={cx(worker.state === "gone" && "text-ink-3")}>
        <td className={cx(TD, "max-w-36 font-medium sm:max-w-72")} title={worker.worker_id}>
          <span className="flex items-center gap-1">
            <button
              type="button"
              aria-expanded={open}
              aria-label={text.workers.runsOf(worker.worker_id)}
              disabled={runs.length === 0 && !open}
              onClick={() => setOpen(!open)}
              className="inline-flex size-6 shrink-0 items-center justify-center rounded text-ink-3 hover:text-ink disabled:invisible"
            >
              <ChevronRight className={cx("size-4 transition-transform", open && "rotate-90")} aria-hidden />
            </button>
            <Link to="/runs" search={{ worker: worker.worker_id, window: "all" }} title={text.workers.allRunsOf(worker.worker_id)} className="truncate hover:text-accent-ink hover:underline">
              {worker.worker_id}
            </Link>
          </span>
          <span className="mt-1 ml-7 block sm:hidden">
            <DrainButton worker={worker} claiming={claiming} />
          </span>
        </td>
        <td className={TD}>
          <Tag tone={STATES[worker.state][1]}>{STATES[worker.state][0]}</Tag>
          {worker.drain_requested_at !== null && (
            <span className="block text-xs whitespace-nowrap text-ink-3">
              {worker.state === "draining"
                ? text.workers.leftSince(count(worker.running_runs), <Time at={worker.drain_requested_at} />)
                : (worker.state === "gone" ? text.workers.drainedSince : text.workers.since)(<Time at={worker.drain_requested_at} />)}
            </span>
          )}
        </td>
        <td className={TD}>
          <Slots worker={worker} />
        </td>
        <td className={cx(TD, "whitespace-nowrap max-md:hidden")}>{worker.tenant_id ? <TenantName id={worker.tenant_id} /> : text.workers.allTenants}</td>
        <td className={cx(TD, "tnum max-lg:hidden")}>{worker.version ?? "–"}</td>
        <td className={cx(TD, "max-sm:hidden")}>
          <Time at={worker.last_heartbeat_at} />
        </td>
        <td className={cx(TD, "max-lg:hidden")}>
          <Time at={worker.first_seen_at} />
        </td>
        <td className={cx(TD, "text-right max-sm:hidden")}>
          <DrainButton worker={worker} claiming={claiming} />
        </td>
      </tr>
      {open && (
        <tr>
          <td colSpan={8} className="border-b border-line bg-sunken/50 px-4 py-2">
            {runs.length === 0 ? (
              <p className="text-sm text-ink-2">{text.workers.holdsNone}</p>
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
      {run.cancel_requested && <span className="text-xs text-ink-3">{text.workers.askedToStop}</span>}
      <Duration from={run.claimed_at} to={null} className="text-xs text-ink-2" />
    </li>
  );
}
