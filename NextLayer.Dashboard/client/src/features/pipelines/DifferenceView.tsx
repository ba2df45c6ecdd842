import { Equal, Minus, Pencil, Plus } from "lucide-react";
import type { ReactNode } from "react";
import { text } from "@/shared/text";
import { isSame, type Difference } from "./compare";

/** How what was added, removed or changed looks. */
export const MARKS = { added: { icon: Plus, tone: "succeeded", word: text.pipelines.difference.added }, removed: { icon: Minus, tone: "failed", word: text.pipelines.difference.removed }, changed: { icon: Pencil, tone: "paused", word: text.pipelines.difference.changed } } as const;

export function DifferenceView({ difference }: { difference: Difference }) {
  if (isSame(difference))
    return (
      <p className="flex items-center gap-2 text-sm text-ink-2">
        <Equal className="size-4" aria-hidden /> {text.pipelines.difference.same}
      </p>
    );
  return (
    <div className="flex flex-col gap-3 text-sm">
      {difference.steps.length > 0 && (
        <ul aria-label={text.pipelines.difference.steps} className="flex flex-col gap-1">
          {difference.steps.map((step) => (
            <Line key={step.id} mark={step.mark}>
              <span className="font-medium">{step.label}</span>
              {step.what.length > 0 && <span className="ml-2 font-mono text-xs break-all text-ink-2">{step.what.slice(0, 12).join(", ")}{step.what.length > 12 && " …"}</span>}
            </Line>
          ))}
        </ul>
      )}
      {difference.edges.length > 0 && (
        <ul aria-label={text.pipelines.difference.connections} className="flex flex-col gap-1">
          {difference.edges.map((edge) => (
            <Line key={`${edge.mark}${edge.text}`} mark={edge.mark}>
              {edge.text}
            </Line>
          ))}
        </ul>
      )}
    </div>
  );
}

function Line({ mark, children }: { mark: keyof typeof MARKS; children: ReactNode }) {
  const { icon: Icon, tone, word } = MARKS[mark];
  return (
    <li className="flex items-start gap-2 rounded-md px-2 py-1" style={{ backgroundColor: `var(--s-${tone}-soft)` }}>
      <Icon className="mt-1 size-3.5 shrink-0" style={{ color: `var(--s-${tone})` }} aria-label={word} />
      <span className="min-w-0 break-words">{children}</span>
    </li>
  );
}
