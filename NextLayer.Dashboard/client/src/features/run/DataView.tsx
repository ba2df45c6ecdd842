import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { runStepsQuery } from "@/shared/api/queries";
import type { JsonObject, Run } from "@/shared/api/types";
import { masked } from "@/shared/form/schema";
import { JsonTree } from "@/shared/ui/JsonTree";
import { Card, Facts } from "@/shared/ui/Page";
import { Failure, Skeleton } from "@/shared/ui/States";
import { CopyButton } from "@/shared/ui/Copy";
import { Time } from "@/shared/time/Time";
import type { RunView } from "./fold";

/** What went in and what each finished step gave, as it was at the moment that is looked at. */
export function DataView({ run, view, starter, schema }: { run: Run; view: RunView; starter: string | null; schema: JsonObject | null }) {
  const settled = view.attempts.filter((each) => each.status === "completed");
  const query = useQuery({ ...runStepsQuery(run.id, settled.length), placeholderData: keepPreviousData });
  const context: JsonObject = {};
  for (const attempt of settled) {
    const record = query.data?.find((each) => each.step_id === attempt.stepId && each.generation === attempt.generation && each.attempt === attempt.attempt);
    if (record) context[attempt.stepId] = record.output;
  }
  return (
    <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
      <Card title="Input">
        <JsonTree value={masked(schema, run.parameters)} root="input" label="Input" />
      </Card>
      <Card title="Output of the steps">
        {query.isError ? <Failure error={query.error} what="the outputs" retry={() => void query.refetch()} /> : query.isPending ? <Skeleton className="h-24" /> : Object.keys(context).length === 0 ? <p className="text-sm text-ink-2">No step has finished yet.</p> : <JsonTree value={context} label="Output of the steps" />}
      </Card>
      <Card title="The run" className="lg:col-span-2">
        <Facts
          items={[
            ["Id", <span key="id" className="inline-flex items-center gap-1 font-mono text-xs break-all">{run.id}<CopyButton text={run.id} label="Copy the run's id" /></span>],
            ["Triggered by", starter ? `${run.trigger_type}, ${starter}` : run.trigger_type],
            ...(run.planned_at ? ([["Planned for", <Time key="p" at={run.planned_at} />]] as const) : []),
            ["Created", <Time key="c" at={run.created_at} />],
            ["Due", <Time key="d" at={run.run_after} />],
            ["Started", <Time key="s" at={run.started_at} />],
            ["Finished", <Time key="f" at={run.finished_at} />],
            ["Worker", run.claimed_by ?? "–"],
            ["Priority", String(run.priority)],
            ["Try", String(run.generation)],
            ["Workers lost", String(run.lease_losses)],
            ...(run.trace_parent ? ([["Trace", <span key="t" className="inline-flex items-center gap-1 font-mono text-xs break-all">{run.trace_parent.split("-")[1]}<CopyButton text={run.trace_parent.split("-")[1] ?? ""} label="Copy the trace's id" /></span>]] as const) : []),
          ]}
        />
      </Card>
    </div>
  );
}
