import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { runStepsQuery } from "@/shared/api/queries";
import { text } from "@/shared/text";
import { JsonTree } from "@/shared/ui/JsonTree";
import { StepBadge } from "@/shared/ui/Status";
import type { DraftTest } from "./useDraftTest";

/** What the test that is shown made of one step. */
export function StepResult({ test, stepId }: { test: DraftTest; stepId: string }) {
  const step = test.view.steps.get(stepId);
  const settled = test.view.attempts.filter((each) => each.status === "completed").length;
  const records = useQuery(runStepsQuery(test.run.id, settled)).data;
  const output = records?.findLast((each) => each.step_id === stepId && each.status === "completed")?.output;
  const error = step?.last?.error;
  return (
    <section aria-label={text.builder.test.inTest} className="flex flex-col gap-2 rounded-lg border border-line px-3 py-2 text-xs">
      <div className="flex items-center gap-2">
        <h3 className="font-medium text-ink-2">{text.builder.test.inTest}</h3>
        <StepBadge status={step?.status ?? "pending"} quiet />
        <span className="flex-1" />
        <Link to="/runs/$runId" params={{ runId: test.run.id }} search={{ tab: "logs", step: stepId }} className="text-accent-ink underline underline-offset-2">
          {text.run.tabs.logs}
        </Link>
      </div>
      {error && (
        <p className="break-words whitespace-pre-wrap">
          <code className="mr-1.5 text-[var(--s-failed)]">{error.code}</code>
          {error.message}
        </p>
      )}
      {output !== undefined && output !== null && <JsonTree value={output} root={stepId} label={text.builder.test.output(stepId)} />}
    </section>
  );
}
