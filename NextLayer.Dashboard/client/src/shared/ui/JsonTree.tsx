import { ChevronRight } from "lucide-react";
import { createContext, useContext, useState } from "react";
import type { Json } from "../api/types";
import { text } from "../text";
import { CopyButton, copyText } from "./Copy";
import { cx } from "./cx";

const OPEN_DEPTH = 2;
const CHILDREN_SHOWN = 100;
const TEXT_SHOWN = 400;

/** What a click on a name does with its path. */
const Pick = createContext<((path: string) => void) | null>(null);

/** A value to look into: branches open and close, a click on a name copies its path as templates write it, or picks it. */
export function JsonTree({ value, root = "", label, onPick }: { value: Json; root?: string; label: string; onPick?: (path: string) => void }) {
  return (
    <Pick.Provider value={onPick ?? null}>
      <Tree value={value} root={root} label={label} />
    </Pick.Provider>
  );
}

function Tree({ value, root, label }: { value: Json; root: string; label: string }) {
  return (
    <div className="group/json relative rounded-lg border border-line bg-sunken/60">
      <div className="absolute top-1 right-1 z-10">
        <CopyButton text={JSON.stringify(value, null, 2)} label={text.json.copy(label)} />
      </div>
      <div role="region" aria-label={label} tabIndex={0} className="max-h-96 overflow-auto p-2.5 font-mono text-xs leading-6 ring-inset-focus">
        <Node value={value} path={root} depth={0} />
      </div>
    </div>
  );
}

function Node({ name, value, path, depth }: { name?: string; value: Json; path: string; depth: number }) {
  const [open, setOpen] = useState(depth < OPEN_DEPTH);
  const [shown, setShown] = useState(CHILDREN_SHOWN);
  if (value === null || typeof value !== "object") {
    return (
      <div className="flex items-start gap-1.5 pl-5">
        {name !== undefined && <Name name={name} path={path} />}
        <Leaf value={value} />
      </div>
    );
  }
  const entries: [string, Json][] = Array.isArray(value) ? value.map((item, index) => [String(index), item]) : Object.entries(value);
  const [before, after] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (entries.length === 0) {
    return (
      <div className="flex gap-1.5 pl-5">
        {name !== undefined && <Name name={name} path={path} />}
        <span className="text-ink-3">{before + after}</span>
      </div>
    );
  }
  return (
    <div>
      <div className="flex items-center gap-0.5">
        <button type="button" aria-expanded={open} aria-label={(open ? text.json.close : text.json.open)(name ?? text.json.value)} onClick={() => setOpen(!open)} className="-ml-1 inline-flex size-6 items-center justify-center rounded text-ink-3 hover:text-ink">
          <ChevronRight className={cx("size-3.5 transition-transform", open && "rotate-90")} aria-hidden />
        </button>
        <span className="flex gap-1.5">
          {name !== undefined && <Name name={name} path={path} />}
          <span className="text-ink-3">{open ? before : `${before} ${entries.length} ${after}`}</span>
        </span>
      </div>
      {open && (
        <div className="ml-1.5 border-l border-line pl-2">
          {entries.slice(0, shown).map(([key, child]) => (
            <Node key={key} name={key} value={child} path={path ? `${path}.${key}` : key} depth={depth + 1} />
          ))}
          {entries.length > shown && (
            <button type="button" className="pl-4 text-accent-ink hover:underline" onClick={() => setShown(shown + 500)}>
              {text.common.more(entries.length - shown)}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function Name({ name, path }: { name: string; path: string }) {
  const pick = useContext(Pick);
  return (
    <button type="button" title={(pick ? text.json.use : text.json.copyPath)(path)} className="min-h-6 min-w-6 shrink-0 rounded text-left text-[var(--c-integrations)] hover:underline" onClick={() => (pick ? pick(path) : void copyText(`{{ ${path} }}`, text.json.pathCopied))}>
      {name}:
    </button>
  );
}

function Leaf({ value }: { value: null | boolean | number | string }) {
  const [all, setAll] = useState(false);
  if (value === null) return <span className="text-ink-3">{String(value)}</span>;
  if (typeof value === "string") {
    const cut = !all && value.length > TEXT_SHOWN;
    return (
      <span className="min-w-0 break-words whitespace-pre-wrap text-[var(--c-data)]">
        "{cut ? value.slice(0, TEXT_SHOWN) : value}"
        {cut && (
          <button type="button" className="ml-1 text-accent-ink hover:underline" onClick={() => setAll(true)}>
            … {text.common.more(value.length - TEXT_SHOWN)}
          </button>
        )}
      </span>
    );
  }
  return <span className="text-[var(--c-logic)]">{String(value)}</span>;
}
