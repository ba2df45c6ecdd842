import { Bookmark, Trash2 } from "lucide-react";
import { useState } from "react";
import { setPrefs, usePrefs } from "@/shared/prefs/prefs";
import { Button } from "@/shared/ui/Button";
import { TextInput } from "@/shared/ui/Form";
import { Popover } from "@/shared/ui/Overlay";

/** Filters under a name, kept in this browser. */
export function ViewsMenu({ current, onOpen }: { current: string; onOpen: (search: string) => void }) {
  const { savedViews } = usePrefs();
  const [name, setName] = useState("");
  const save = () => {
    const title = name.trim();
    if (!title) return;
    setPrefs({ savedViews: [...savedViews.filter((view) => view.name !== title), { name: title, search: current }] });
    setName("");
  };
  return (
    <Popover label="Saved views" className="w-72" trigger={<Button icon={Bookmark}>Views</Button>}>
      <ul className="flex flex-col gap-0.5">
        {[{ name: "Failed in the last day", search: "?status=FAILED&window=24h" }, { name: "Running now", search: "?status=RUNNING" }, { name: "Waiting for somebody", search: "?status=PAUSED" }].map((view) => (
          <li key={view.name}>
            <button type="button" className="w-full rounded-md px-2 py-1.5 text-left text-sm hover:bg-hover" onClick={() => onOpen(view.search)}>
              {view.name}
            </button>
          </li>
        ))}
        {savedViews.map((view) => (
          <li key={view.name} className="flex items-center rounded-md hover:bg-hover">
            <button type="button" className="min-w-0 flex-1 truncate px-2 py-1.5 text-left text-sm" onClick={() => onOpen(view.search)}>
              {view.name}
            </button>
            <button type="button" aria-label={`Forget ${view.name}`} className="p-2 text-ink-3 hover:text-ink" onClick={() => setPrefs({ savedViews: savedViews.filter((each) => each !== view) })}>
              <Trash2 className="size-3.5" aria-hidden />
            </button>
          </li>
        ))}
      </ul>
      <form
        className="mt-2 flex gap-2 border-t border-line pt-3"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <TextInput aria-label="Name of a new view" placeholder="Save these filters as…" value={name} maxLength={60} onChange={(event) => setName(event.target.value)} />
        <Button type="submit" disabled={!name.trim()}>
          Save
        </Button>
      </form>
    </Popover>
  );
}
