import { useState, type DragEvent } from "react";
import type { StepType } from "@/shared/api/types";
import { iconNamed } from "@/shared/graph/stepTypes";
import { text } from "@/shared/text";
import { SearchInput } from "@/shared/ui/Form";

const CATEGORIES: readonly (readonly [string, string])[] = [["integrations", text.builder.categories.integrations], ["ai", text.builder.categories.ai], ["logic", text.builder.categories.logic], ["data", text.builder.categories.data], ["flow", text.builder.categories.flow]];
export const DRAG_TYPE = "application/x-nextlayer-step";

/** Every type of step; dragged onto the drawing, or added by a click. */
export function Palette({ types, onAdd }: { types: readonly StepType[]; onAdd: (type: StepType) => void }) {
  const [q, setQ] = useState("");
  const found = types.filter((type) => `${type.label} ${type.type} ${type.description}`.toLowerCase().includes(q.toLowerCase()));
  const others = found.filter((type) => !CATEGORIES.some(([key]) => key === type.category));
  return (
    <div className="flex min-h-0 flex-col gap-3">
      <SearchInput value={q} onChange={setQ} label={text.builder.findStep} className="w-full" />
      <div className="flex min-h-0 flex-col gap-3 overflow-y-auto">
        {[...CATEGORIES, ["", text.builder.categories.other] as const].map(([category, word]) => {
          const group = category === "" ? others : found.filter((type) => type.category === category);
          if (group.length === 0) return null;
          return (
            <section key={category}>
              <h3 className="mb-1 px-1 text-2xs font-medium text-ink-3">{word}</h3>
              <ul className="flex flex-col gap-1">
                {group.map((type) => {
                  const Icon = iconNamed(type.icon);
                  const color = category ? `var(--c-${category})` : "var(--ink-3)";
                  return (
                    <li key={type.type}>
                      <button
                        type="button"
                        draggable
                        title={type.description}
                        onDragStart={(event: DragEvent) => {
                          event.dataTransfer.setData(DRAG_TYPE, type.type);
                          event.dataTransfer.effectAllowed = "copy";
                        }}
                        onClick={() => onAdd(type)}
                        className="flex w-full cursor-grab items-center gap-2.5 rounded-lg border border-line bg-surface px-2 py-1.5 text-left text-sm hover:border-line-strong/70 active:cursor-grabbing"
                      >
                        <span className="flex size-6 shrink-0 items-center justify-center rounded-md" style={{ color, backgroundColor: `color-mix(in oklab, ${color} 13%, transparent)` }}>
                          <Icon className="size-3.5" aria-hidden />
                        </span>
                        <span className="truncate">{type.label}</span>
                      </button>
                    </li>
                  );
                })}
              </ul>
            </section>
          );
        })}
        {found.length === 0 && <p className="px-1 text-sm text-ink-3">{text.builder.noStep}</p>}
      </div>
    </div>
  );
}
