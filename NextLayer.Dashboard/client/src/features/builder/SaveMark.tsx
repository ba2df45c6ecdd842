import { CloudCheck, CloudOff, LoaderCircle } from "lucide-react";
import { sentenceOf } from "@/shared/api/http";
import { cx } from "@/shared/ui/cx";
import type { SaveState } from "./useDraft";

/** Whether what is drawn is saved. */
export function SaveMark({ state, error }: { state: SaveState; error: unknown }) {
  if (state === "frozen") return null;
  const looks = {
    saved: [CloudCheck, "Saved", "text-ink-3"],
    waiting: [LoaderCircle, "Not saved yet", "text-ink-3"],
    saving: [LoaderCircle, "Saving", "text-ink-3"],
    conflict: [CloudOff, "Not saved", "text-warn"],
    failed: [CloudOff, "Not saved", "text-[var(--s-failed)]"],
  } as const;
  const [Icon, word, tone] = looks[state];
  return (
    <span role="status" title={state === "failed" ? sentenceOf(error) : undefined} className={cx("inline-flex items-center gap-1.5 text-xs whitespace-nowrap", tone)}>
      <Icon className={cx("size-4", (state === "saving" || state === "waiting") && "animate-spin")} aria-hidden />
      {word}
    </span>
  );
}
