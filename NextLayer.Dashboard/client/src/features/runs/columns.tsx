import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CalendarClock, CalendarSync, Code, FlaskConical, Hand, RotateCcw, Webhook, Zap, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { tenantQuery, usePipelineName, versionQuery } from "@/shared/api/queries";
import type { Run } from "@/shared/api/types";
import { RUN_LOOKS, waitWord } from "@/shared/status/status";
import { text } from "@/shared/text";
import { Duration, Time } from "@/shared/time/Time";
import { RunBadge } from "@/shared/ui/Status";
import { shortId } from "@/shared/ui/Copy";
import { cx } from "@/shared/ui/cx";
import { LabelChip } from "./LabelChip";
import { pairsOf } from "./labels";
import { orLonger } from "./lengths";
import { Progress } from "./Progress";
import type { RunsSearch } from "./runsSearch";

export interface Column {
  key: string;
  title: string;
  /** Least width, in rem. */
  rem: number;
  /** Its share of what is left over; none keeps it as narrow as that. */
  grow?: number;
  /** The column with the greatest number goes first where there is no room for all; 0 always stays. */
  spare: number;
  /** Shown unless chosen otherwise. */
  usual: boolean;
  /** The filters that the cell stands for; a click on it sets the first. */
  narrow?: (run: Run) => Narrowing | readonly Narrowing[] | null;
  cell: (run: Run) => ReactNode;
}

export interface Narrowing {
  /** "Only failed runs". */
  title: string;
  change: Partial<RunsSearch>;
}

const TRIGGERS: Record<string, LucideIcon> = { manual: Hand, webhook: Webhook, schedule: CalendarClock, backfill: CalendarSync, api: Code, retry: RotateCcw, test: FlaskConical };

export const COLUMNS: readonly Column[] = [
  { key: "status", title: text.runs.column.status, rem: 8.5, spare: 0, usual: true, narrow: (run) => ({ title: text.runs.column.onlyStatus(RUN_LOOKS[run.status].word.toLowerCase()), change: { status: [run.status] } }), cell: (run) => <RunBadge run={run} /> },
  { key: "run", title: text.common.run, rem: 6.5, spare: 0, usual: true, cell: (run) => <RunLink run={run} /> },
  { key: "pipeline", title: text.common.pipeline, rem: 10, grow: 2, spare: 0, usual: true, narrow: (run) => ({ title: text.runs.column.onlyPipeline, change: { pipeline: run.pipeline_id, version: undefined } }), cell: (run) => <PipelineName run={run} /> },
  { key: "tenant", title: text.common.tenant, rem: 7, grow: 1, spare: 10, usual: false, cell: (run) => <TenantName id={run.tenant_id} /> },
  { key: "trigger", title: text.runs.column.trigger, rem: 6.5, spare: 4, usual: true, narrow: (run) => ({ title: text.runs.column.onlyTrigger(run.trigger_type), change: { trigger: run.trigger_type } }), cell: (run) => <Trigger type={run.trigger_type} /> },
  { key: "created", title: text.runs.column.created, rem: 7.5, spare: 0, usual: true, narrow: around, cell: (run) => <Time at={run.created_at} /> },
  { key: "wait", title: text.runs.column.queueTime, rem: 6, spare: 7, usual: false, cell: (run) => <Duration from={run.run_after > run.created_at ? run.run_after : run.created_at} to={run.started_at} /> },
  { key: "duration", title: text.runs.column.duration, rem: 6.5, spare: 3, usual: true, narrow: asLong, cell: (run) => <Duration from={run.started_at} to={run.finished_at} /> },
  { key: "progress", title: text.runs.column.progress, rem: 5, spare: 5, usual: true, cell: (run) => <Progress run={run} /> },
  { key: "worker", title: text.common.worker, rem: 6, grow: 1, spare: 6, usual: true, narrow: (run) => (run.claimed_by ? { title: text.runs.column.onlyWorker(run.claimed_by), change: { worker: run.claimed_by } } : null), cell: (run) => <span className="block truncate text-ink-2" title={run.claimed_by ?? ""}>{run.claimed_by ?? "–"}</span> },
  { key: "labels", title: text.runs.column.labels, rem: 8, grow: 1.5, spare: 5, usual: false, narrow: (run) => pairsOf(run.labels).map((pair) => ({ title: text.runs.column.onlyLabel(pair), change: { label: [pair] } })), cell: (run) => <Labels run={run} /> },
  { key: "generation", title: text.runs.column.tries, rem: 4, spare: 8, usual: false, cell: (run) => <span className="tnum">{run.generation}</span> },
  { key: "priority", title: text.runs.column.priority, rem: 4.5, spare: 9, usual: false, cell: (run) => <span className="tnum">{run.priority}</span> },
  { key: "error", title: text.runs.column.note, rem: 8, grow: 2, spare: 2, usual: true, narrow: (run) => (run.error_message ? { title: text.runs.column.onlyError, change: { q: firstLine(run.error_message).slice(0, 200) } } : null), cell: (run) => <Note run={run} /> },
];

const AROUND_MS = 5 * 60_000;

function around(run: Run): Narrowing {
  const at = Date.parse(run.created_at);
  return { title: text.runs.column.around, change: { after: new Date(at - AROUND_MS).toISOString(), before: new Date(at + AROUND_MS).toISOString(), window: undefined } };
}

/** Runs that took as long as this one, to the second below. */
function asLong(run: Run): Narrowing | null {
  if (!run.started_at || !run.finished_at) return null;
  const took = Math.floor((Date.parse(run.finished_at) - Date.parse(run.started_at)) / 1000) * 1000;
  return took > 0 ? { title: text.runs.column.onlyLength(orLonger(took)), change: { longer: took } } : null;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

export const USUAL_COLUMNS = COLUMNS.filter((column) => column.usual).map((column) => column.key);

function RunLink({ run }: { run: Run }) {
  return (
    <Link to="/runs/$runId" params={{ runId: run.id }} className="font-mono text-xs text-accent-ink hover:underline" title={run.id}>
      {shortId(run.id)}
    </Link>
  );
}

export function PipelineName({ run }: { run: Run }) {
  const name = usePipelineName(run.pipeline_id);
  const version = useQuery(versionQuery(run.pipeline_version_id)).data;
  return (
    <span className="flex min-w-0 items-baseline gap-1.5">
      <span className="truncate font-medium">{name}</span>
      {version && <span className="shrink-0 text-xs text-ink-3">{version.version}</span>}
    </span>
  );
}

function Labels({ run }: { run: Run }) {
  const pairs = pairsOf(run.labels);
  return (
    <span className="flex min-w-0 gap-1 overflow-hidden" title={pairs.join("\n")}>
      {pairs.map((pair) => (
        <LabelChip key={pair} pair={pair} />
      ))}
    </span>
  );
}

function TenantName({ id }: { id: string }) {
  const tenant = useQuery(tenantQuery(id)).data;
  return <span className="block truncate text-ink-2">{tenant?.name ?? shortId(id)}</span>;
}

export function Trigger({ type }: { type: string }) {
  const Icon = TRIGGERS[type] ?? Zap;
  return (
    <span className="inline-flex min-w-0 items-center gap-1.5 text-ink-2">
      <Icon className="size-3.5 shrink-0 text-ink-3" aria-hidden />
      <span className="truncate">{type}</span>
    </span>
  );
}

/** Why it is as it is, in one line; `wide` gives a reason more. */
export function Note({ run, wide }: { run: Run; wide?: boolean }) {
  if (run.error_message) {
    const line = firstLine(run.error_message);
    return (
      <span className={cx(wide ? "line-clamp-4 break-words sm:line-clamp-2" : "block truncate", "text-[var(--s-failed)]")} title={run.error_message}>
        {line}
      </span>
    );
  }
  if (run.status === "PAUSED") return <span className="block truncate text-ink-2">{waitWord(run.wait_reason)}{run.wake_at && text.runs.column.until(<Time at={run.wake_at} />)}</span>;
  if (run.lease_losses > 0) return <span className="block truncate text-ink-2">{text.runs.column.lostWorkers(run.lease_losses)}</span>;
  return null;
}
