import { Link } from "@tanstack/react-router";
import { FlaskConical, X } from "lucide-react";
import { text } from "@/shared/text";
import { Duration } from "@/shared/time/Time";
import { IconButton } from "@/shared/ui/Button";
import { RunBadge } from "@/shared/ui/Status";
import { cx } from "@/shared/ui/cx";
import type { DraftTest } from "./useDraftTest";

/** How the test that the drawing shows is getting on. */
export function TestStrip({ test, onStep, onClose }: { test: DraftTest; onStep: (stepId: string) => void; onClose: () => void }) {
  const { run, view, outdated } = test;
  const failed = run.status === "FAILED";
  return (
    <section aria-label={text.builder.test.label} className={cx("flex flex-wrap items-center gap-x-4 gap-y-1.5 rounded-xl border border-line py-1.5 pr-1.5 pl-3 text-sm", failed ? "bg-danger-soft" : "bg-sunken")}>
      <span className="inline-flex items-center gap-2 font-medium">
        <FlaskConical className="size-4 text-ink-3" aria-hidden />
        {text.builder.test.name}
      </span>
      <span role="status">
        <RunBadge run={run} />
      </span>
      {run.started_at && <Duration from={run.started_at} to={run.finished_at} className="text-xs text-ink-2" />}
      {failed && run.error_message && <span className="max-w-full truncate text-xs sm:max-w-96" title={run.error_message}>{run.error_message}</span>}
      {failed && view.firstFailure && (
        <button type="button" className="text-xs text-accent-ink underline underline-offset-2" onClick={() => onStep(view.firstFailure!)}>
          {text.builder.test.showStep(view.firstFailure)}
        </button>
      )}
      {outdated && <span className="text-xs text-ink-2">{text.builder.test.outdated}</span>}
      <span className="ml-auto flex items-center gap-2">
        <Link to="/runs/$runId" params={{ runId: run.id }} className="text-xs text-accent-ink underline underline-offset-2">
          {text.builder.test.openRun}
        </Link>
        <IconButton small label={text.builder.test.hide} icon={X} onClick={onClose} />
      </span>
    </section>
  );
}
