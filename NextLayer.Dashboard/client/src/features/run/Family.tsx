import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CornerUpLeft, GitFork, RotateCcw } from "lucide-react";
import { useState } from "react";
import { get } from "@/shared/api/http";
import type { Run } from "@/shared/api/types";
import { RUN_LOOKS } from "@/shared/status/status";
import { text } from "@/shared/text";
import { count } from "@/shared/time/format";
import { Duration } from "@/shared/time/Time";
import { shortId } from "@/shared/ui/Copy";
import { Pager } from "@/shared/ui/Pager";
import { Failure, SkeletonRows } from "@/shared/ui/States";
import { Status } from "@/shared/ui/Status";
import { childrenQuery, STATUS_OF, type Relative } from "./children";

const CHILDREN_A_PAGE = 20;

const rerunsQuery = (run: Run) =>
  queryOptions({
    queryKey: ["run", run.id, "reruns"],
    queryFn: async ({ signal }) => (await get<Relative>(`/api/v1/runs/${run.id}`, { tenantId: run.tenant_id, signal })).reruns ?? [],
    staleTime: 30_000,
  });

/** Where a run comes from and what came of it: its for-each, the run that it repeats, and those that repeat it. */
export function Family({ run }: { run: Run }) {
  const reruns = useQuery(rerunsQuery(run)).data ?? [];
  if (!run.parent_run_id && !run.rerun_of && reruns.length === 0) return null;
  return (
    <p className="-mt-2 flex flex-wrap items-center gap-x-5 gap-y-1 text-sm text-ink-2">
      {run.parent_run_id && (
        <span className="inline-flex items-center gap-1.5">
          <GitFork className="size-3.5 shrink-0 text-ink-3" aria-hidden />
          {run.child_index !== null ? text.run.family.item(run.child_index + 1, run.parent_step_id ?? text.run.family.someStep) : text.run.family.child(run.parent_step_id ?? text.run.family.someStep)}
          <RunLink id={run.parent_run_id} {...(run.parent_step_id ? { step: run.parent_step_id } : {})} />
        </span>
      )}
      {run.rerun_of && (
        <span className="inline-flex items-center gap-1.5">
          <CornerUpLeft className="size-3.5 shrink-0 text-ink-3" aria-hidden />
          {text.run.family.rerunOf}
          <RunLink id={run.rerun_of} />
        </span>
      )}
      {reruns.length > 0 && (
        <span className="inline-flex flex-wrap items-center gap-1.5">
          <RotateCcw className="size-3.5 shrink-0 text-ink-3" aria-hidden />
          {text.run.family.rerunAs}
          {reruns.slice(0, 5).map((id) => (
            <RunLink key={id} id={id} />
          ))}
          {reruns.length > 5 && text.run.family.andMore(count(reruns.length - 5))}
        </span>
      )}
    </p>
  );
}

function RunLink({ id, step }: { id: string; step?: string }) {
  return (
    <Link to="/runs/$runId" params={{ runId: id }} search={step ? { step } : {}} className="font-mono text-xs text-accent-ink underline underline-offset-2">
      {shortId(id)}
    </Link>
  );
}

/** The runs that a for-each step has made, one for each item. */
export function Children({ run, stepId, live }: { run: Run; stepId: string; live: boolean }) {
  const [page, setPage] = useState(1);
  const query = useQuery({ ...childrenQuery(run, stepId, page, CHILDREN_A_PAGE, live), placeholderData: keepPreviousData });
  return (
    <section>
      <h3 className="mb-1.5 text-xs font-medium text-ink-2">{text.run.family.items}{query.data && ` (${count(query.data.total)})`}</h3>
      {query.data ? (
        query.data.runs.length === 0 ? (
          <p className="text-sm text-ink-3">{text.run.family.noItem}</p>
        ) : (
          <>
            <ul className="mb-2 rounded-lg border border-line">
              {query.data.runs.map((each) => (
                <li key={each.id} className="flex h-9 items-center gap-3 border-b border-line px-3 text-sm last:border-0" title={each.error ?? undefined}>
                  <span className="tnum w-8 text-right text-xs text-ink-3">{(each.child_index ?? 0) + 1}</span>
                  <Link to="/runs/$runId" params={{ runId: each.id }} className="font-mono text-xs text-accent-ink hover:underline">
                    {shortId(each.id)}
                  </Link>
                  <span className="flex-1" />
                  <Duration from={each.started_at} to={each.completed_at} className="text-xs text-ink-3" />
                  <Status look={RUN_LOOKS[STATUS_OF[each.status]]} quiet />
                </li>
              ))}
            </ul>
            <Pager page={page} size={CHILDREN_A_PAGE} total={query.data.total} onPage={setPage} />
          </>
        )
      ) : query.isError ? (
        <Failure error={query.error} what={text.things.items} retry={() => void query.refetch()} />
      ) : (
        <SkeletonRows rows={3} />
      )}
    </section>
  );
}
