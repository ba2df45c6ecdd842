import { Users } from "lucide-react";
import { compare } from "@/features/pipelines/compare";
import { DifferenceView } from "@/features/pipelines/DifferenceView";
import { text } from "@/shared/text";
import { Button } from "@/shared/ui/Button";
import { toDefinition, type Draft } from "./model";
import type { Saved } from "./useDraft";

/** Two people have drawn at the same draft: says so, shows how they differ, and lets the reader choose. */
export function Conflict({ theirs, draft, onTake, onKeep }: { theirs: Saved; draft: Draft; onTake: () => void; onKeep: () => void }) {
  return (
    <section role="alert" aria-label={text.builder.conflict.label} className="rounded-xl border border-line bg-warn-soft px-4 py-3 text-sm">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <p className="flex min-w-0 flex-1 basis-64 gap-2.5">
          <Users className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden />
          <span>
            <span className="font-medium">{text.builder.conflict.title}</span> {text.builder.conflict.meaning}
          </span>
        </p>
        <span className="flex gap-2">
          <Button small onClick={onTake} title={text.builder.conflict.takeHint}>
            {text.builder.conflict.take}
          </Button>
          <Button small kind="primary" onClick={onKeep}>
            {text.builder.conflict.keep}
          </Button>
        </span>
      </div>
      <details className="mt-2">
        <summary className="text-xs text-ink-2">{text.builder.conflict.difference}</summary>
        <div className="pt-2">
          <DifferenceView difference={compare(theirs.definition, toDefinition(draft))} />
        </div>
      </details>
    </section>
  );
}
