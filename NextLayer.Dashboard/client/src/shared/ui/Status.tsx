import type { Run, StepStatus, VersionStatus } from "../api/types";
import { lookOfRun, STEP_LOOKS, type Look, type Tone } from "../status/status";
import { text } from "../text";
import { useNow } from "../time/useNow";
import { cx } from "./cx";

/** Icon and word in the colour of a state; with a ground of its own when it stands alone. */
export function Status({ look, quiet, className }: { look: Look; quiet?: boolean; className?: string }) {
  const Icon = look.icon;
  return (
    <span
      className={cx("inline-flex items-center gap-1.5 text-xs font-medium whitespace-nowrap", !quiet && "h-5.5 rounded-full pr-2 pl-1.5", className)}
      style={{ color: `var(--s-${look.tone})`, ...(quiet ? {} : { backgroundColor: `var(--s-${look.tone}-soft)` }) }}
    >
      <Icon className={cx("size-3.5 shrink-0", look.spin && "motion-safe:animate-[spin_2s_linear_infinite]")} aria-hidden />
      {look.word}
    </span>
  );
}

export function RunBadge({ run, quiet }: { run: Run; quiet?: boolean }) {
  return run.status === "QUEUED" ? <QueuedBadge run={run} quiet={quiet} /> : <Status look={lookOfRun(run, 0)} quiet={quiet ?? false} />;
}

// A scheduled run becomes a queued one as time passes.
function QueuedBadge({ run, quiet }: { run: Run; quiet: boolean | undefined }) {
  return <Status look={lookOfRun(run, useNow())} quiet={quiet ?? false} />;
}

export function StepBadge({ status, quiet }: { status: StepStatus; quiet?: boolean }) {
  return <Status look={STEP_LOOKS[status]} quiet={quiet ?? false} />;
}

const VERSION_TONES: Record<VersionStatus, [string, Tone]> = {
  DRAFT: [text.status.version.DRAFT, "paused"],
  APPROVED: [text.status.version.APPROVED, "succeeded"],
  DEPRECATED: [text.status.version.DEPRECATED, "cancelled"],
};

export function VersionBadge({ status }: { status: VersionStatus }) {
  const [word, tone] = VERSION_TONES[status];
  return <Tag tone={tone}>{word}</Tag>;
}

/** A word with a dot: for states that need no icon of their own. */
export function Tag({ tone, children }: { tone: Tone; children: string }) {
  return (
    <span
      className="inline-flex h-5.5 items-center gap-1.5 rounded-full px-2 text-xs font-medium whitespace-nowrap"
      style={{ color: `var(--s-${tone})`, backgroundColor: `var(--s-${tone}-soft)` }}
    >
      <span className="size-1.5 rounded-full bg-current" aria-hidden />
      {children}
    </span>
  );
}
