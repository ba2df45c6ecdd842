import type { ReactNode } from "react";
import { useQuery } from "@tanstack/react-query";
import { CalendarClock, Code, FlaskConical, Hand, RotateCcw, Webhook, Zap, type LucideIcon } from "lucide-react";
import { tenantQuery, usePipelineName, versionQuery } from "@/shared/api/queries";
import type { Run } from "@/shared/api/types";
import { waitWord } from "@/shared/status/status";
import { Duration, Time } from "@/shared/time/Time";
import { RunBadge } from "@/shared/ui/Status";
import { shortId } from "@/shared/ui/Copy";

export interface Column {
  key: string;
  title: string;
  /** Of the grid's track. */
  width: string;
  /** Shown unless chosen otherwise. */
  usual: boolean;
  cell: (run: Run) => ReactNode;
}

const TRIGGERS: Record<string, LucideIcon> = { manual: Hand, webhook: Webhook, schedule: CalendarClock, api: Code, retry: RotateCcw, test: FlaskConical };

export const COLUMNS: readonly Column[] = [
  { key: "status", title: "Status", width: "8.5rem", usual: true, cell: (run) => <RunBadge run={run} /> },
  { key: "run", title: "Run", width: "6.5rem", usual: true, cell: (run) => <span className="font-mono text-xs" title={run.id}>{shortId(run.id)}</span> },
  { key: "pipeline", title: "Pipeline", width: "minmax(10rem, 2fr)", usual: true, cell: (run) => <PipelineName run={run} /> },
  { key: "tenant", title: "Tenant", width: "minmax(7rem, 1fr)", usual: false, cell: (run) => <TenantName id={run.tenant_id} /> },
  { key: "trigger", title: "Trigger", width: "6.5rem", usual: true, cell: (run) => <Trigger type={run.trigger_type} /> },
  { key: "created", title: "Created", width: "7.5rem", usual: true, cell: (run) => <Time at={run.created_at} /> },
  { key: "wait", title: "Queue time", width: "6rem", usual: false, cell: (run) => <Duration from={run.run_after > run.created_at ? run.run_after : run.created_at} to={run.started_at} /> },
  { key: "duration", title: "Duration", width: "6.5rem", usual: true, cell: (run) => <Duration from={run.started_at} to={run.finished_at} /> },
  { key: "worker", title: "Worker", width: "minmax(6rem, 1fr)", usual: true, cell: (run) => <span className="block truncate text-ink-2" title={run.claimed_by ?? ""}>{run.claimed_by ?? "–"}</span> },
  { key: "generation", title: "Tries", width: "4rem", usual: false, cell: (run) => <span className="tnum">{run.generation}</span> },
  { key: "priority", title: "Priority", width: "4.5rem", usual: false, cell: (run) => <span className="tnum">{run.priority}</span> },
  { key: "error", title: "Note", width: "minmax(8rem, 2fr)", usual: true, cell: (run) => <Note run={run} /> },
];

export const USUAL_COLUMNS = COLUMNS.filter((column) => column.usual).map((column) => column.key);

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

export function Note({ run }: { run: Run }) {
  if (run.error_message) {
    const line = run.error_message.split("\n", 1)[0] ?? "";
    return (
      <span className="block truncate text-[var(--s-failed)]" title={run.error_message}>
        {line}
      </span>
    );
  }
  if (run.status === "PAUSED") return <span className="block truncate text-ink-2">{waitWord(run.wait_reason)}{run.wake_at && <>, until <Time at={run.wake_at} /></>}</span>;
  if (run.lease_losses > 0) return <span className="block truncate text-ink-2">{run.lease_losses} worker{run.lease_losses > 1 ? "s" : ""} lost</span>;
  return null;
}
