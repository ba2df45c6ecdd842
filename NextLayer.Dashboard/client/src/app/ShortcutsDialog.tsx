import { text } from "@/shared/text";
import { Dialog } from "@/shared/ui/Overlay";
import { ALL_PLACES } from "./nav";
import { modKey } from "./Shell";

const GROUPS: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [text.shortcuts.anywhere, [["mod K", text.palette.title], ["/", text.shortcuts.search], ["?", text.shortcuts.map], ["Esc", text.shortcuts.leave]]],
  [text.palette.goTo, ALL_PLACES.map((place) => [`g ${place.key}`, place.word] as const)],
  [text.pages.runs, [["j  k", text.shortcuts.rows], ["Enter", text.shortcuts.open], ["x", text.shortcuts.select], ["f", text.shortcuts.filters], ["p", text.shortcuts.pause]]],
  [text.shortcuts.run, [["t g", text.run.tabs.graph], ["t l", text.run.tabs.logs], ["t t", text.run.tabs.timeline], ["t s", text.run.tabs.steps], ["t e", text.run.tabs.events], ["t i", text.run.tabs.data], ["t a", text.run.tabs.audit], ["[  ]", text.shortcuts.siblings], ["e  E", text.shortcuts.errors]]],
  [text.pages.builder, [["mod Z", text.shortcuts.undo], ["mod Shift Z", text.shortcuts.redo], ["mod C  mod V", text.shortcuts.copyPaste], ["mod S", text.common.save], ["Del", text.shortcuts.deleteSelected], ["l", text.shortcuts.layOut]]],
];

export function ShortcutsDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={text.shortcuts.title} wide>
      <div className="grid gap-x-8 gap-y-5 sm:grid-cols-2">
        {GROUPS.map(([group, keys]) => (
          <section key={group}>
            <h3 className="mb-1 text-xs font-medium text-ink-3">{group}</h3>
            <dl>
              {keys.map(([key, meaning]) => (
                <div key={key} className="flex items-center justify-between gap-4 border-b border-line py-1.5 text-sm last:border-0">
                  <dt>{meaning}</dt>
                  <dd className="flex gap-1">
                    {key.split(" ").filter(Boolean).map((part, index) => (
                      <kbd key={index} className="min-w-6 rounded border border-line bg-sunken px-1.5 text-center text-xs text-ink-2">
                        {part === "mod" ? modKey() : part}
                      </kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
