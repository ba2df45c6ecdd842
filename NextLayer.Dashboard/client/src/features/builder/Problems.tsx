import { CheckCircle2, TriangleAlert } from "lucide-react";
import type { DefinitionFlaw } from "@/shared/api/types";
import { text } from "@/shared/text";

/** What has to be mended before it can be published; each leads to its step. */
export function Problems({ flaws, onJump }: { flaws: readonly DefinitionFlaw[] | null; onJump: (flaw: DefinitionFlaw) => void }) {
  if (!flaws) return null;
  if (flaws.length === 0)
    return (
      <p className="-my-1 flex items-center gap-1.5 text-xs text-[var(--s-succeeded)]">
        <CheckCircle2 className="size-3.5" aria-hidden /> {text.builder.noFlaw}
      </p>
    );
  return (
    <details className="rounded-xl border border-line bg-surface px-3 py-2" open={flaws.length <= 3}>
      <summary className="text-sm font-medium">
        <TriangleAlert className="mr-1.5 inline size-4 text-[var(--s-failed)]" aria-hidden />
        {text.builder.toMend(flaws.length)}
      </summary>
      <ul className="mt-1.5 max-h-40 overflow-y-auto text-sm">
        {flaws.map((flaw, index) => (
          <li key={index}>
            <button type="button" disabled={!flaw.node_id} className="w-full rounded px-1.5 py-1 text-left hover:bg-hover disabled:cursor-default" onClick={() => onJump(flaw)}>
              {flaw.node_id && <code className="mr-2 rounded bg-sunken px-1 text-xs text-ink-2">{flaw.node_id}</code>}
              {flaw.message}
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
