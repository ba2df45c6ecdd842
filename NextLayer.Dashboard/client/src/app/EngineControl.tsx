import { useQuery } from "@tanstack/react-query";
import { ChevronDown } from "lucide-react";
import { useEngineAction, ENGINE_WORDS, engineActions } from "@/features/engine/engineActions";
import { useAccess } from "@/shared/access/me";
import { engineQuery } from "@/shared/api/queries";
import { text } from "@/shared/text";
import { buttonClass } from "@/shared/ui/Button";
import { Menu, MenuItem } from "@/shared/ui/Overlay";

/** Whether work is given out, always in sight, with what can be done about it. */
export function EngineControl() {
  const { can } = useAccess();
  const seen = can("engine.read");
  const { data, isError } = useQuery({ ...engineQuery(), enabled: seen });
  const { run, dialog } = useEngineAction();
  if (!seen) return null;
  if (isError) return <Pill tone="failed" word={text.engine.noConnection} />;
  if (!data) return null;
  const { word, tone } = ENGINE_WORDS[data.state];
  return (
    <>
      <Menu
        trigger={
          <button type="button" className={buttonClass("secondary")} aria-label={text.engine.control(word)}>
            <Dot tone={tone} />
            <span className="hidden sm:inline">{word}</span>
            <ChevronDown className="size-3.5 text-ink-3 max-sm:hidden" aria-hidden />
          </button>
        }
      >
        <p className="max-w-56 px-2 py-1.5 text-xs text-ink-2">{ENGINE_WORDS[data.state].meaning}</p>
        {engineActions(data.state).map((action) => (
          <MenuItem key={action.name} needs="engine.control" onSelect={() => run(action)}>
            <action.icon className="size-4 text-ink-3" aria-hidden />
            {action.word}
          </MenuItem>
        ))}
      </Menu>
      {dialog}
    </>
  );
}

function Dot({ tone }: { tone: string }) {
  return <span aria-hidden className="size-2 rounded-full" style={{ backgroundColor: `var(--s-${tone})` }} />;
}

function Pill({ tone, word }: { tone: string; word: string }) {
  return (
    <span role="alert" className="inline-flex items-center gap-2 rounded-md px-2 text-sm font-medium" style={{ color: `var(--s-${tone})` }}>
      <Dot tone={tone} />
      {word}
    </span>
  );
}
