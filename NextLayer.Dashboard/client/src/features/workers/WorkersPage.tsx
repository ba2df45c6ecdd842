import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ServerOff, TriangleAlert } from "lucide-react";
import { workersQuery } from "@/shared/api/queries";
import { text } from "@/shared/text";
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
    <Page title={text.pages.workers} note={query.data && workers.length > 0 ? text.workers.summary(count(live.length), count(taken), count(slots)) : text.workers.note}>
      {query.isPending ? (
        <SkeletonRows rows={4} />
      ) : !query.data ? (
        <Failure error={query.error} what={text.things.workers} retry={() => void query.refetch()} />
      ) : workers.length === 0 ? (
        <div className="rounded-xl border border-line bg-surface">
          <Empty icon={ServerOff} title={text.workers.empty.title}>
            <p>{text.workers.empty.meaning}</p>
            <StartCommand />
          </Empty>
        </div>
      ) : (
        <>
          {nobody !== null && (
            <section aria-label={text.workers.noneTakes} className="flex gap-3 rounded-xl border border-line bg-warn-soft px-4 py-3 text-sm">
              <TriangleAlert className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden />
              <div className="min-w-0">
                <p className="font-medium">
                  {nobody === "gone" ? text.workers.noneLive : text.workers.allDrain}
                </p>
                <StartCommand />
              </div>
            </section>
          )}
          <TableFrame label={text.pages.workers}>
            <table className={TABLE}>
              <thead>
                <tr>
                  <th className={TH}>{text.common.worker}</th>
                  <th className={TH}>{text.common.state}</th>
                  <th className={cx(TH, "w-64")}>{text.workers.slots}</th>
                  <th className={cx(TH, "max-md:hidden")}>{text.workers.claimsFor}</th>
                  <th className={cx(TH, "max-lg:hidden")}>{text.workers.version}</th>
                  <th className={cx(TH, "max-sm:hidden")}>{text.workers.lastHeard}</th>
                  <th className={cx(TH, "max-lg:hidden")}>{text.workers.firstSeen}</th>
                  <th className={cx(TH, "max-sm:hidden")}>
                    <span className="sr-only">{text.common.actions}</span>
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
            {text.workers.runningRuns}
          </Link>
        </p>
      )}
    </Page>
  );
}
