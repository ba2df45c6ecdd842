import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ServerOff } from "lucide-react";
import { tenantQuery, workersQuery } from "@/shared/api/queries";
import type { Worker } from "@/shared/api/types";
import type { Tone } from "@/shared/status/status";
import { count } from "@/shared/time/format";
import { Time } from "@/shared/time/Time";
import { CopyButton } from "@/shared/ui/Copy";
import { Page, TABLE, TableFrame, TD, TH } from "@/shared/ui/Page";
import { Empty, Failure, SkeletonRows } from "@/shared/ui/States";
import { Tag } from "@/shared/ui/Status";
import { cx } from "@/shared/ui/cx";

const STATES: Record<Worker["state"], [string, Tone]> = { live: ["Live", "succeeded"], draining: ["Draining", "paused"], gone: ["Gone", "cancelled"] };
const START = "CP_BASE=http://localhost:8000 dotnet run -c Release --project NextLayer.Worker";

export function WorkersPage() {
  const query = useQuery(workersQuery());
  const workers = query.data?.items ?? [];
  const live = workers.filter((worker) => worker.state === "live");
  const slots = live.reduce((sum, worker) => sum + worker.slots, 0);
  const used = live.reduce((sum, worker) => sum + worker.running_runs, 0);
  return (
    <Page title="Workers" note={query.data && workers.length > 0 ? `${count(live.length)} live, ${count(used)} of ${count(slots)} slots used` : "Processes that claim runs and execute their steps."}>
      {query.isPending ? (
        <SkeletonRows rows={4} />
      ) : !query.data ? (
        <Failure error={query.error} what="the workers" retry={() => void query.refetch()} />
      ) : workers.length === 0 ? (
        <div className="rounded-xl border border-line bg-surface">
          <Empty icon={ServerOff} title="No worker has been seen in the last day">
            <p>Queued runs wait until one is started:</p>
            <p className="mt-2 flex items-center gap-1 rounded-md bg-sunken px-2 py-1.5 text-left font-mono text-xs text-ink">
              <span className="min-w-0 break-all">{START}</span>
              <CopyButton text={START} label="Copy the command" />
            </p>
          </Empty>
        </div>
      ) : (
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
              </tr>
            </thead>
            <tbody>
              {workers.map((worker) => (
                <tr key={worker.worker_id} className={cx(worker.state === "gone" && "text-ink-3")}>
                  <td className={cx(TD, "max-w-28 truncate font-medium sm:max-w-64")} title={worker.worker_id}>
                    {worker.worker_id}
                  </td>
                  <td className={TD}>
                    <Tag tone={STATES[worker.state][1]}>{STATES[worker.state][0]}</Tag>
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
                </tr>
              ))}
            </tbody>
          </table>
        </TableFrame>
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
