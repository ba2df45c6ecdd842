import { Dialog } from "@/shared/ui/Overlay";
import { ALL_PLACES } from "./nav";
import { modKey } from "./Shell";

const GROUPS: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  ["Anywhere", [["mod K", "Find or do something"], ["/", "Search on this page"], ["?", "This map"], ["Esc", "Close, or leave a field"]]],
  ["Go to", ALL_PLACES.map((place) => [`g ${place.key}`, place.word] as const)],
  ["Runs", [["j  k", "Next, previous row"], ["Enter", "Open"], ["x", "Select"], ["f", "Filters"], ["p", "Pause or go on with live news"]]],
  ["A run", [["t g", "Graph"], ["t l", "Logs"], ["t t", "Timeline"], ["t s", "Steps"], ["t e", "Events"], ["t i", "Input and output"], ["t a", "Audit"], ["[  ]", "Previous, next run"], ["e  E", "Next, previous error in the log"]]],
  ["Builder", [["mod Z", "Undo"], ["mod Shift Z", "Redo"], ["mod C  mod V", "Copy, paste steps"], ["mod S", "Save"], ["Del", "Delete what is selected"], ["l", "Lay out"]]],
];

export function ShortcutsDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts" wide>
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
