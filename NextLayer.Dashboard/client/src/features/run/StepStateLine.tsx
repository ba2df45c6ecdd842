import type { ForEachCounts } from "@/shared/api/progress";
import { STEP_LOOKS } from "@/shared/status/status";
import { text } from "@/shared/text";
import { duration } from "@/shared/time/format";
import { cx } from "@/shared/ui/cx";
import type { StepView } from "./fold";

/** How a step of a run stands, small: icon, word, attempts, and how long its last one took, or how far its items are. */
export function StepStateLine({ step, items }: { step: StepView | undefined; items?: ForEachCounts | undefined }) {
  const look = STEP_LOOKS[step?.status ?? "pending"];
  const Icon = look.icon;
  const last = step?.last;
  return (
    <span className="flex items-center gap-1 text-2xs font-medium" style={{ color: `var(--s-${look.tone})` }}>
      <Icon className={cx("size-3 shrink-0", look.spin && "motion-safe:animate-[spin_2s_linear_infinite]")} aria-hidden />
      <span className="truncate">
        {look.word}
        {itemWords(items, " ")}
        {step && step.attempts > 1 && ` ×${step.attempts}`}
        {!items && last?.finishedAt && step?.status !== "skipped" && text.run.tookShort(duration(last.finishedAt - last.startedAt))}
      </span>
    </span>
  );
}

/** Items of a for-each that are through, such as " 37/100, 2 failed"; nothing where there are none. */
export function itemWords(items: ForEachCounts | undefined, before: string): string {
  if (!items) return "";
  return `${before}${items.succeeded + items.failed}/${items.total}${items.failed > 0 ? text.run.itemsFailed(items.failed) : ""}`;
}

/** The border of a step's card in a drawing of a run. */
export function stepBorder(step: StepView | undefined): string {
  return step && step.status !== "skipped" ? `color-mix(in oklab, var(--s-${STEP_LOOKS[step.status].tone}) 55%, var(--line))` : "var(--line)";
}
