import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { runStepsQuery } from "@/shared/api/queries";
import type { JsonObject, Run } from "@/shared/api/types";
import { masked } from "@/shared/form/schema";
import { text } from "@/shared/text";
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
      <Card title={text.run.data.input}>
        <JsonTree value={masked(schema, run.parameters)} root="input" label={text.run.data.input} />
      </Card>
      <Card title={text.run.data.outputs}>
        {query.isError ? <Failure error={query.error} what={text.things.outputs} retry={() => void query.refetch()} /> : query.isPending ? <Skeleton className="h-24" /> : Object.keys(context).length === 0 ? <p className="text-sm text-ink-2">{text.run.data.noOutput}</p> : <JsonTree value={context} label={text.run.data.outputs} />}
      </Card>
      <Card title={text.run.data.about} className="lg:col-span-2">
        <Facts
          items={[
            [text.run.data.id, <span key="id" className="inline-flex items-center gap-1 font-mono text-xs break-all">{run.id}<CopyButton text={run.id} label={text.run.data.copyId} /></span>],
            [text.run.data.starter, starter ? `${run.trigger_type}, ${starter}` : run.trigger_type],
            ...(run.planned_at ? ([[text.run.data.planned, <Time key="p" at={run.planned_at} />]] as const) : []),
            [text.run.data.created, <Time key="c" at={run.created_at} />],
            [text.run.data.due, <Time key="d" at={run.run_after} />],
            [text.run.data.started, <Time key="s" at={run.started_at} />],
            [text.run.data.finished, <Time key="f" at={run.finished_at} />],
            [text.common.worker, run.claimed_by ?? "–"],
            [text.run.data.priority, String(run.priority)],
            [text.run.data.try, String(run.generation)],
            [text.run.data.lost, String(run.lease_losses)],
            ...(run.trace_parent ? ([[text.run.data.trace, <span key="t" className="inline-flex items-center gap-1 font-mono text-xs break-all">{run.trace_parent.split("-")[1]}<CopyButton text={run.trace_parent.split("-")[1] ?? ""} label={text.run.data.copyTrace} /></span>]] as const) : []),
          ]}
        />
      </Card>
    </div>
  );
}
