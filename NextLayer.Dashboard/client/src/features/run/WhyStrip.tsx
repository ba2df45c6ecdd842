import { useQuery } from "@tanstack/react-query";
import { CircleHelp } from "lucide-react";
import { engineQuery, workersQuery } from "@/shared/api/queries";
import type { Run } from "@/shared/api/types";
import { count } from "@/shared/time/format";
import { Time } from "@/shared/time/Time";
import { useNow } from "@/shared/time/useNow";
import { explainQuery, guess } from "./explain";

/** Why a run is not running. */
export function WhyStrip({ run }: { run: Run }) {
  const { data, isError } = useQuery(explainQuery(run));
  const engine = useQuery({ ...engineQuery(), enabled: isError }).data;
  const workers = useQuery({ ...workersQuery(), enabled: isError }).data;
  const now = useNow();
  const explanation = data ?? (isError ? guess(run, engine, workers?.items, now) : null);
  if (!explanation || explanation.reasons.length === 0) return null;
  return (
    <section aria-label="Why it is not running" className="flex gap-3 rounded-xl border border-line bg-warn-soft px-4 py-3">
      <CircleHelp className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden />
      <ul className="flex min-w-0 flex-col gap-0.5 text-sm">
        {explanation.reasons.map((reason, index) => (
          <li key={`${reason.code}${reason.step_id ?? ""}`} className={index === 0 ? "font-medium" : "text-ink-2"}>
            {reason.message}
            {reason.at && (
              <span className="ml-1.5 font-normal text-ink-2">
                (<Time at={reason.at} />)
              </span>
            )}
            {index === 0 && explanation.runs_ahead !== null && explanation.runs_ahead > 0 && <span className="font-normal text-ink-2"> {count(explanation.runs_ahead)} are taken before it.</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
