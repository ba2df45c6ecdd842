import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { PartyPopper } from "lucide-react";
import { useState } from "react";
import { useScope } from "@/shared/api/tenancy";
import { text } from "@/shared/text";
import { Segments } from "@/shared/ui/Form";
import { Page } from "@/shared/ui/Page";
import { Empty, Failure, SkeletonRows } from "@/shared/ui/States";
import { ApprovalCard } from "./ApprovalCard";
import { approvalsQuery, type Approval } from "./approvalQueries";

const STATES = [["waiting", text.approvals.waiting], ["approved", text.approvals.approved], ["rejected", text.approvals.rejected]] as const;
const route = getRouteApi("/approvals");

export function ApprovalsPage() {
  const search = route.useSearch();
  const [status, setStatus] = useState<Approval["status"]>("waiting");
  const scope = useScope();
  const query = useQuery({ ...approvalsQuery(scope.tenantIds, status, search.run), enabled: scope.ready });
  const approvals = (query.data ?? []).filter((each) => !search.step || each.step_id === search.step);
  return (
    <Page title={text.pages.approvals} note={text.approvals.note} actions={<Segments label={text.approvals.which} value={status} options={STATES} onChange={(value) => setStatus(value as Approval["status"])} />}>
      {query.isPending ? (
        <SkeletonRows rows={4} />
      ) : query.isError ? (
        <Failure error={query.error} what={text.things.approvals} retry={() => void query.refetch()} />
      ) : approvals.length === 0 ? (
        <div className="rounded-xl border border-line bg-surface">
          <Empty icon={PartyPopper} title={status === "waiting" ? text.approvals.empty.title : text.approvals.empty.none(status)}>
            {status === "waiting" && text.approvals.empty.meaning}
          </Empty>
        </div>
      ) : (
        <div className="mx-auto grid w-full max-w-3xl grid-cols-1 gap-4">
          {approvals.map((each) => (
            <ApprovalCard key={`${each.run_id}/${each.step_id}/${each.generation}/${each.attempt}`} approval={each} linked />
          ))}
        </div>
      )}
      {scope.more && <p className="text-center text-xs text-ink-3">{text.approvals.moreTenants}</p>}
    </Page>
  );
}
