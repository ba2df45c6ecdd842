import { CloudCheck, CloudOff, LoaderCircle } from "lucide-react";
import { sentenceOf } from "@/shared/api/http";
import { text } from "@/shared/text";
import { cx } from "@/shared/ui/cx";
import type { SaveState } from "./useDraft";

/** Whether what is drawn is saved. */
export function SaveMark({ state, error }: { state: SaveState; error: unknown }) {
  if (state === "frozen") return null;
  const looks = {
    saved: [CloudCheck, text.builder.save.saved, "text-ink-3"],
    waiting: [LoaderCircle, text.builder.save.waiting, "text-ink-3"],
    saving: [LoaderCircle, text.builder.save.saving, "text-ink-3"],
    conflict: [CloudOff, text.builder.save.notSaved, "text-warn"],
    failed: [CloudOff, text.builder.save.notSaved, "text-[var(--s-failed)]"],
  } as const;
  const [Icon, word, tone] = looks[state];
  return (
    <span role="status" title={state === "failed" ? sentenceOf(error) : undefined} className={cx("inline-flex items-center gap-1.5 text-xs whitespace-nowrap", tone)}>
      <Icon className={cx("size-4", (state === "saving" || state === "waiting") && "animate-spin")} aria-hidden />
      {word}
    </span>
  );
}
