import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Lightbulb, ScrollText, X } from "lucide-react";
import { useEffect, useRef } from "react";
import { runStepsQuery } from "@/shared/api/queries";
import type { Run } from "@/shared/api/types";
import type { GraphNode } from "@/shared/graph/definition";
import { colorOfType, iconOfType, wordOfType } from "@/shared/graph/stepTypes";
import { isFinished, waitWord } from "@/shared/status/status";
import { text } from "@/shared/text";
import { duration } from "@/shared/time/format";
import { Time, Until } from "@/shared/time/Time";
import { buttonClass, IconButton } from "@/shared/ui/Button";
import { JsonTree } from "@/shared/ui/JsonTree";
import { Facts } from "@/shared/ui/Page";
import { StepBadge } from "@/shared/ui/Status";
import { Skeleton } from "@/shared/ui/States";
import { cx } from "@/shared/ui/cx";
import { hintFor } from "./errorHints";
import { Children } from "./Family";
import type { Attempt, RunView } from "./fold";
import { GoOn } from "./GoOn";
import { RetryNow } from "./RetryNow";
import { canEnd } from "./waits";
import { useNow } from "@/shared/time/useNow";

const route = getRouteApi("/runs/$runId");

interface Props {
  run: Run;
  node: GraphNode | undefined;
  stepId: string;
  view: RunView;
  onClose: () => void;
}

/** One step: how it is set up, each attempt, what it gave or why it failed. */
export function StepPanel({ run, node, stepId, view, onClose }: Props) {
  const step = view.steps.get(stepId);
  const attempts = view.attempts.filter((each) => each.stepId === stepId);
  const settled = attempts.filter((each) => each.finishedAt !== null).length;
  const type = node?.type ?? step?.stepType ?? "";
  const Icon = iconOfType(type);
  return (
    <aside aria-label={text.run.step.label(stepId)} className="flex min-h-0 flex-col overflow-hidden rounded-xl border border-line bg-surface">
      <header className="flex items-center gap-2.5 border-b border-line px-4 py-2.5">
        <Icon className="size-4 shrink-0" style={{ color: colorOfType(type) }} aria-hidden />
        <div className="min-w-0 flex-1">
          <h2 className="truncate text-sm font-semibold">{node?.label ?? stepId}</h2>
          <p className="truncate text-xs text-ink-3">
            {stepId} · {wordOfType(type)}
          </p>
        </div>
        <StepBadge status={step?.status ?? "pending"} />
        <IconButton small label={text.builder.step.close} icon={X} onClick={onClose} />
      </header>
      <div className="flex min-h-0 flex-col gap-4 overflow-y-auto p-4">
        {attempts.length === 0 ? <p className="text-sm text-ink-2">{step?.status === "skipped" ? text.run.step.skipped : text.run.step.notBegun}</p> : <Attempts run={run} stepId={stepId} attempts={attempts} settled={settled} />}
        {type === "for_each" && attempts.length > 0 && <Children run={run} stepId={stepId} live={!isFinished(view.status)} />}
        {node && Object.keys(node.config).length > 0 && (
          <section>
            <h3 className="mb-1.5 text-xs font-medium text-ink-2">{text.builder.step.configuration}</h3>
            <JsonTree value={node.config} label={text.builder.step.configuration} />
          </section>
        )}
        <Link to="/runs/$runId" params={{ runId: run.id }} search={{ tab: "logs", step: stepId }} className={`${buttonClass("secondary", true)} self-start`}>
          <ScrollText className="size-3.5" aria-hidden />
          {text.run.step.logs}
        </Link>
      </div>
    </aside>
  );
}

function Attempts({ run, stepId, attempts, settled }: { run: Run; stepId: string; attempts: readonly Attempt[]; settled: number }) {
  // Outputs are not in the events: they are read again whenever an attempt has ended.
  const { data, isPending } = useQuery({ ...runStepsQuery(run.id, settled), placeholderData: keepPreviousData });
  const search = route.useSearch();
  const wanted = search.attempt;
  const place = useRef<HTMLElement>(null);
  const there = attempts.some((each) => each.attempt === wanted);
  useEffect(() => {
    if (there) place.current?.scrollIntoView({ block: "nearest" });
  }, [there, wanted]);
  const newest = attempts.at(-1)?.generation;
  return (
    <>
      {attempts.toReversed().map((attempt) => {
        const meant = attempt.attempt === wanted && attempt.generation === newest;
        const record = data?.find((each) => each.step_id === stepId && each.generation === attempt.generation && each.attempt === attempt.attempt);
        return (
          <section key={`${attempt.generation}/${attempt.attempt}`} ref={meant ? place : null} className={cx("flex flex-col gap-2.5", meant && attempts.length > 1 && "-mx-2 rounded-lg bg-accent-soft px-2 py-2")}>
            {attempts.length > 1 && (
              <h3 className="flex items-center gap-2 text-xs font-medium text-ink-2">
                <Link to="/runs/$runId" params={{ runId: run.id }} search={{ ...search, step: stepId, attempt: attempt.attempt }} replace title={text.run.step.address} className="hover:text-accent-ink hover:underline">
                  {text.run.step.attempt(attempt.attempt)}
                </Link>
                {attempt.generation > 1 && text.run.step.ofTry(attempt.generation)}
                <StepBadge status={attempt.status} quiet />
              </h3>
            )}
            {attempt.error && (
              <div className="rounded-lg border border-[color-mix(in_oklab,var(--s-failed)_35%,transparent)] bg-danger-soft p-3 text-sm">
                <p className="font-mono text-xs font-semibold text-[var(--s-failed)]">{attempt.error.code}</p>
                <p className="mt-1 break-words whitespace-pre-wrap">{attempt.error.message}</p>
                <Hint code={attempt.error.code} />
                {attempt.error.detail !== undefined && attempt.error.detail !== null && (
                  <div className="mt-2">
                    <JsonTree value={attempt.error.detail} label={text.run.step.errorDetails} />
                  </div>
                )}
              </div>
            )}
            <Facts
              items={[
                [text.run.step.began, <Time key="t" at={new Date(attempt.startedAt).toISOString()} />],
                [text.run.step.took, attempt.finishedAt !== null ? duration(attempt.finishedAt - attempt.startedAt) : <Elapsed key="e" from={attempt.startedAt} />],
                ...(record?.worker_id ? ([[text.common.worker, record.worker_id]] as const) : []),
                ...(attempt.port && attempt.port !== "out" ? ([[text.run.step.wentOn, attempt.port]] as const) : []),
                ...(attempt.status === "waiting" ? ([[text.run.step.waits, `${waitWord(attempt.waitReason)}`]] as const) : []),
                ...(attempt.status === "waiting" && attempt.wakeAt ? ([[text.run.step.until, <Until key="w" at={attempt.wakeAt} />]] as const) : []),
                ...(attempt.retryAt !== null ? ([[text.run.step.nextAttempt, <NextAttempt key="r" at={attempt.retryAt} />]] as const) : []),
              ]}
            />
            {attempt.status === "waiting" && canEnd(attempt.waitReason, run.status) && <GoOn run={run} stepId={stepId} wait={attempt.waitReason} attempt={attempt} className="self-start" />}
            {attempt === attempts.at(-1) && <RetryNow run={run} attempt={attempt} className="self-start" />}
            {attempt.status === "completed" && (
              <div>
                <h4 className="mb-1.5 text-xs font-medium text-ink-2">{text.run.step.output}</h4>
                {record ? <JsonTree value={record.output} root={stepId} label={text.run.step.outputOf(stepId)} /> : isPending ? <Skeleton className="h-16 w-full" /> : <p className="text-sm text-ink-3">{text.run.step.noOutput}</p>}
              </div>
            )}
          </section>
        );
      })}
    </>
  );
}

function Elapsed({ from }: { from: number }) {
  return <span className="tnum">{duration(Math.floor(Math.max(0, useNow() - from) / 1000) * 1000)}</span>;
}

function Hint({ code }: { code: string }) {
  const hint = hintFor(code);
  return (
    hint && (
      <p className="mt-1.5 flex gap-1.5 text-ink-2">
        <Lightbulb className="mt-0.5 size-3.5 shrink-0" aria-hidden />
        {hint}
      </p>
    )
  );
}

/** Counts down to it; afterwards only tells when it was. */
function NextAttempt({ at }: { at: number }) {
  const time = new Date(at).toISOString();
  return at > useNow() ? <Until at={time} /> : <Time at={time} />;
}
