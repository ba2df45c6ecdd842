import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ServerOff, TriangleAlert } from "lucide-react";
import { workersQuery } from "@/shared/api/queries";
import { count } from "@/shared/time/format";
import { Page, TABLE, TableFrame, TH } from "@/shared/ui/Page";
import { Empty, Failure, SkeletonRows } from "@/shared/ui/States";
import { cx } from "@/shared/ui/cx";
import { nobodyClaims } from "./draining";
import { StartCommand } from "./StartCommand";
import { WorkerRow } from "./WorkerRow";
import { byWorker, runningQuery } from "./workerRuns";

export function WorkersPage() {
  // While somebody waits for a worker to be empty, every moment counts.
  const query = useQuery({ ...workersQuery(), refetchInterval: ({ state }) => (state.data?.items.some((worker) => worker.state === "draining") ? 1_500 : 5_000) });
  const workers = query.data?.items ?? [];
  const live = workers.filter((worker) => worker.state === "live");
  const slots = live.reduce((sum, worker) => sum + worker.slots, 0);
  const taken = live.reduce((sum, worker) => sum + worker.running_runs, 0);
  const used = workers.reduce((sum, worker) => sum + (worker.state === "gone" ? 0 : worker.running_runs), 0);
  const nobody = nobodyClaims(workers);
  const held = useQuery({ ...runningQuery(), enabled: used > 0, select: byWorker }).data;
  const running = used > 0 ? held : undefined; // What was held last is nobody's any more.
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
                  <th className={cx(TH, "max-sm:hidden")}>
                    <span className="sr-only">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {workers.map((worker) => (
                  <WorkerRow key={worker.worker_id} worker={worker} runs={running?.get(worker.worker_id) ?? []} claiming={live.length} />
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
