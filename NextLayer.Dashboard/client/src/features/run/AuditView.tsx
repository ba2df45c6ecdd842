import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Lock, ScrollText } from "lucide-react";
import { auditQuery } from "@/features/audit/auditQueries";
import { AuditTable } from "@/features/audit/AuditTable";
import { useAccess } from "@/shared/access/me";
import type { Run, RunEvent } from "@/shared/api/types";
import { Time } from "@/shared/time/Time";
import { Button } from "@/shared/ui/Button";
import { Empty, Failure, SkeletonRows } from "@/shared/ui/States";
import { starterOf } from "./eventWords";

/** Who has steered the run, and from where. */
export function AuditView({ run, events }: { run: Run; events: readonly RunEvent[] }) {
  const why = useAccess().why("audit.read", run.tenant_id);
  // An entry is there before the change and is completed after it: the run's own news alone do not tell when to look.
  const query = useInfiniteQuery({ ...auditQuery(run.tenant_id, { object_id: run.id }), enabled: !why, refetchInterval: 3_000 });
  const entries = query.data?.pages.flatMap((page) => page.items) ?? [];
  const starter = starterOf(events);
  const begun = (
    <p className="text-sm text-ink-2">
      Started <Time at={run.created_at} />
      {starter && <> by <strong className="font-medium text-ink">{starter}</strong></>}, trigger {run.trigger_type}.
    </p>
  );
  if (why)
    return (
      <div className="rounded-xl border border-line bg-surface">
        <Empty icon={Lock} title="You may not see the audit log">
          {why}
        </Empty>
      </div>
    );
  if (query.isPending) return <SkeletonRows rows={4} />;
  if (query.isError) return <Failure error={query.error} what="the audit log" retry={() => void query.refetch()} />;
  return (
    <div className="flex flex-col gap-3">
      {begun}
      {entries.length === 0 ? (
        <div className="rounded-xl border border-line bg-surface">
          <Empty icon={ScrollText} title="Nobody has touched it since">
            Whoever cancels, retries or resumes the run stands here from then on.
          </Empty>
        </div>
      ) : (
        <AuditTable entries={entries} />
      )}
      <div className="flex flex-wrap items-center gap-3">
        {query.hasNextPage && (
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Earlier ones
          </Button>
        )}
        <Link to="/audit" search={{ tenant: run.tenant_id, object_id: run.id }} className="text-sm text-accent-ink underline underline-offset-2">
          In the audit log
        </Link>
      </div>
    </div>
  );
}
