import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleHelp } from "lucide-react";
import { engineQuery, workersQuery } from "@/shared/api/queries";
import type { Run } from "@/shared/api/types";
import { text } from "@/shared/text";
import { count } from "@/shared/time/format";
import { Countdown, Time } from "@/shared/time/Time";
import { useNow } from "@/shared/time/useNow";
import { explainQuery, guess } from "./explain";
import type { RunView } from "./fold";
import { GoOn } from "./GoOn";
import { RetryNow } from "./RetryNow";
import { endableWait } from "./waits";

/** Why a run is not running. */
export function WhyStrip({ run, view }: { run: Run; view: RunView }) {
  const { data, isError } = useQuery(explainQuery(run));
  const engine = useQuery({ ...engineQuery(), enabled: isError }).data;
  const workers = useQuery({ ...workersQuery(), enabled: isError }).data;
  const now = useNow();
  const explanation = data ?? (isError ? guess(run, engine, workers?.items, now) : null);
  if (!explanation || explanation.reasons.length === 0) return null;
  return (
    <section aria-label={text.run.why.label} className="flex gap-3 rounded-xl border border-line bg-warn-soft px-4 py-3">
      <CircleHelp className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden />
      <ul className="flex min-w-0 flex-col gap-0.5 text-sm">
        {explanation.reasons.map((reason, index) => {
          const wait = endableWait(reason.code);
          return (
            <li key={`${reason.code}${reason.step_id ?? ""}`} className={index === 0 ? "font-medium" : "text-ink-2"}>
              {reason.message}
              {reason.at && <span className="ml-1.5 font-normal text-ink-2">({Date.parse(reason.at) > now ? <Countdown at={reason.at} /> : <Time at={reason.at} />})</span>}
              {index === 0 && explanation.runs_ahead !== null && explanation.runs_ahead > 0 && <span className="font-normal text-ink-2"> {text.run.why.ahead(count(explanation.runs_ahead))}</span>}
              {reason.code === "no_worker" && (
                <Link to="/workers" className="ml-2 font-normal text-accent-ink underline underline-offset-2">
                  {text.run.why.howToStart}
                </Link>
              )}
              {wait && reason.step_id && run.status === "PAUSED" && <GoOn run={run} stepId={reason.step_id} wait={wait} attempt={view.steps.get(reason.step_id)?.last} className="ml-2" />}
              {reason.code === "step_retry" && reason.step_id && <RetryNow run={run} attempt={view.steps.get(reason.step_id)?.last} className="ml-2" />}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
