import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Lock, ScrollText } from "lucide-react";
import { auditQuery } from "@/features/audit/auditQueries";
import { AuditTable } from "@/features/audit/AuditTable";
import { useAccess } from "@/shared/access/me";
import type { Run, RunEvent } from "@/shared/api/types";
import { text } from "@/shared/text";
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
      {starter
        ? text.run.audit.startedBy(<Time at={run.created_at} />, <strong className="font-medium text-ink">{starter}</strong>, run.trigger_type)
        : text.run.audit.started(<Time at={run.created_at} />, run.trigger_type)}
    </p>
  );
  if (why)
    return (
      <div className="rounded-xl border border-line bg-surface">
        <Empty icon={Lock} title={text.run.audit.refused}>
          {why}
        </Empty>
      </div>
    );
  if (query.isPending) return <SkeletonRows rows={4} />;
  if (query.isError) return <Failure error={query.error} what={text.things.auditLog} retry={() => void query.refetch()} />;
  return (
    <div className="flex flex-col gap-3">
      {begun}
      {entries.length === 0 ? (
        <div className="rounded-xl border border-line bg-surface">
          <Empty icon={ScrollText} title={text.run.audit.none}>
            {text.run.audit.noneMeaning}
          </Empty>
        </div>
      ) : (
        <AuditTable entries={entries} />
      )}
      <div className="flex flex-wrap items-center gap-3">
        {query.hasNextPage && (
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {text.common.earlier}
          </Button>
        )}
        <Link to="/audit" search={{ tenant: run.tenant_id, object_id: run.id }} className="text-sm text-accent-ink underline underline-offset-2">
          {text.run.audit.toLog}
        </Link>
      </div>
    </div>
  );
}
