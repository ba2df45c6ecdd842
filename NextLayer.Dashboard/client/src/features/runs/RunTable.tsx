import { Link, useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ListFilter } from "lucide-react";
import { memo, useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from "react";
import type { Run } from "@/shared/api/types";
import { useKeys } from "@/shared/keys/keys";
import { text } from "@/shared/text";
import { Duration, Time } from "@/shared/time/Time";
import { shortId } from "@/shared/ui/Copy";
import { Checkbox } from "@/shared/ui/Form";
import { RunBadge } from "@/shared/ui/Status";
import { cx } from "@/shared/ui/cx";
import { COLUMNS, Note, PipelineName, type Column, type Narrowing } from "./columns";
import { fitColumns, tracksOf } from "./fitColumns";
import { RowMenu } from "./RowMenu";
import type { RunsSearch } from "./runsSearch";

const ROW = 40;
const PHONE_ROW = 76;

interface Props {
  runs: readonly Run[];
  columns: readonly string[];
  selected: ReadonlySet<string>;
  onSelect: (ids: ReadonlySet<string>) => void;
  onPointer: (over: boolean) => void;
  onEnd: () => void;
  /** Sets filters, such as those that a cell stands for. */
  onNarrow: (change: Partial<RunsSearch>) => void;
}

export function RunTable({ runs, columns, selected, onSelect, onPointer, onEnd, onNarrow }: Props) {
  const navigate = useNavigate();
  const phone = useIsPhone();
  const frame = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  const [width, setWidth] = useState(Number.POSITIVE_INFINITY);
  const [cursor, setCursor] = useState(-1);
  const height = phone ? PHONE_ROW : ROW;
  // The page scrolls, not the table: on a phone there is no room for both.
  const rows = useVirtualizer({
    count: runs.length,
    getScrollElement: () => document.getElementById("main"),
    estimateSize: () => height,
    overscan: 12,
    scrollMargin: margin,
    getItemKey: (index) => runs[index]?.id ?? index,
  });
  useLayoutEffect(() => setMargin(frame.current?.offsetTop ?? 0));
  useEffect(() => rows.measure(), [height, rows]);
  useLayoutEffect(() => {
    if (!frame.current) return;
    setWidth(frame.current.clientWidth);
    const observer = new ResizeObserver(([entry]) => entry && setWidth(entry.contentRect.width));
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, []);
  const items = rows.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (last >= runs.length - 10 && runs.length > 0) onEnd();
  }, [last, runs.length, onEnd]);

  const toggle = (id: string) => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    onSelect(next);
  };
  const move = (by: number) => {
    const next = Math.max(0, Math.min(runs.length - 1, cursor + by));
    setCursor(next);
    rows.scrollToIndex(next, { align: "auto" });
    requestAnimationFrame(() => frame.current?.querySelector<HTMLElement>(`[data-index="${next}"] a`)?.focus());
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    x: () => {
      const run = runs[cursor];
      if (run) toggle(run.id);
    },
    Enter: () => {
      const run = runs[cursor];
      if (run && !document.activeElement?.closest("a,button")) void navigate({ to: "/runs/$runId", params: { runId: run.id } });
    },
  });

  const chosen = useMemo(() => columns.map((key) => COLUMNS.find((column) => column.key === key)).filter((column): column is Column => column !== undefined), [columns]);
  const shown = useMemo(() => fitColumns(chosen, width), [chosen, width]);
  const template = tracksOf(shown);
  const all = runs.length > 0 && runs.every((run) => selected.has(run.id));
  return (
    <div role="table" aria-label={text.pages.runs} aria-rowcount={runs.length} className="rounded-xl border border-line bg-surface" onPointerEnter={() => onPointer(true)} onPointerLeave={() => onPointer(false)}>
      {!phone && (
        <div role="rowgroup" className="sticky top-0 z-10 rounded-t-xl border-b border-line bg-surface">
          <div role="row" className="grid items-center gap-3 px-4" style={{ gridTemplateColumns: template }}>
            <span role="columnheader" className="flex h-9 items-center">
              <Checkbox label={text.runs.selectAll} hideLabel checked={all} onChange={() => onSelect(all ? new Set() : new Set(runs.map((run) => run.id)))} />
            </span>
            {shown.map((column) => (
              <span key={column.key} role="columnheader" className="truncate text-xs font-medium text-ink-3">
                {column.title}
              </span>
            ))}
            <span role="columnheader" className="sr-only">
              {text.common.actions}
            </span>
          </div>
        </div>
      )}
      <div ref={frame} role="rowgroup" className="relative" style={{ height: rows.getTotalSize() }}>
        {items.map((item) => {
          const run = runs[item.index];
          if (!run) return null;
          return (
            <div key={item.key} data-index={item.index} role="row" aria-rowindex={item.index + 1} aria-selected={selected.has(run.id)} className="absolute inset-x-0 top-0" style={{ height, transform: `translateY(${item.start - margin}px)` }} onFocus={() => setCursor(item.index)}>
              {phone ? <PhoneRow run={run} /> : <DeskRow run={run} columns={shown} chosen={chosen} template={template} selected={selected.has(run.id)} cursor={cursor === item.index} onToggle={toggle} onNarrow={onNarrow} />}
            </div>
          );
        })}
      </div>
    </div>
  );
}

interface DeskRowProps {
  run: Run;
  columns: readonly Column[];
  /** Also those that there is no room for: the row's menu offers their filters. */
  chosen: readonly Column[];
  template: string;
  selected: boolean;
  cursor: boolean;
  onToggle: (id: string) => void;
  onNarrow: Props["onNarrow"];
}

const DeskRow = memo(function DeskRow({ run, columns, chosen, template, selected, cursor, onToggle, onNarrow }: DeskRowProps) {
  const navigate = useNavigate();
  return (
    <div
      className={cx("group grid h-full items-center gap-3 border-b border-line px-4 text-sm hover:bg-hover", selected && "bg-accent-soft hover:bg-accent-soft", cursor && "shadow-[inset_2px_0_0_var(--accent)]")}
      style={{ gridTemplateColumns: template }}
      onClick={(event) => {
        if (event.target instanceof Element && event.target.closest("a,button,input,label")) return;
        if (getSelection()?.toString()) return;
        void navigate({ to: "/runs/$runId", params: { runId: run.id } });
      }}
    >
      <span role="cell">
        <Checkbox label={text.runs.select(shortId(run.id))} hideLabel checked={selected} onChange={() => onToggle(run.id)} />
      </span>
      {columns.map((column) => (
        <Cell key={column.key} narrow={[column.narrow?.(run) ?? []].flat()[0] ?? null} onNarrow={onNarrow}>
          {column.cell(run)}
        </Cell>
      ))}
      <span role="cell" className="justify-self-end" onClick={(event) => event.stopPropagation()}>
        <RowMenu run={run} columns={chosen} onNarrow={onNarrow} />
      </span>
    </div>
  );
}, (a, b) => a.run === b.run && a.chosen === b.chosen && a.template === b.template && a.selected === b.selected && a.cursor === b.cursor && a.onNarrow === b.onNarrow);

/** A cell that, under the pointer, offers its own value as a filter; by keyboard the row's menu does. */
function Cell({ narrow, onNarrow, children }: { narrow: Narrowing | null; onNarrow: Props["onNarrow"]; children: ReactNode }) {
  return (
    <span role="cell" className="group/cell relative min-w-0 cursor-pointer">
      {children}
      {narrow && (
        <button
          type="button"
          tabIndex={-1}
          title={narrow.title}
          aria-label={narrow.title}
          onClick={() => onNarrow(narrow.change)}
          className="absolute top-1/2 right-0 hidden size-6 -translate-y-1/2 items-center justify-center rounded border border-line bg-raised text-ink-2 shadow-sm hover:text-accent-ink group-hover/cell:inline-flex"
        >
          <ListFilter className="size-3.5" aria-hidden />
        </button>
      )}
    </span>
  );
}

const PhoneRow = memo(function PhoneRow({ run }: { run: Run }) {
  return (
    <div role="cell" className="h-full border-b border-line">
      <Link to="/runs/$runId" params={{ runId: run.id }} className="flex h-full flex-col justify-center gap-1 px-3 ring-inset-focus">
        <span className="flex items-center justify-between gap-2">
          <span className="min-w-0 text-sm">
            <PipelineName run={run} />
          </span>
          <RunBadge run={run} />
        </span>
        <span className="flex items-center gap-2 text-xs text-ink-3">
          <span className="font-mono">{shortId(run.id)}</span>
          <Time at={run.created_at} />
          <Duration from={run.started_at} to={run.finished_at} />
          <span className="min-w-0 flex-1">
            <Note run={run} />
          </span>
        </span>
      </Link>
    </div>
  );
});

function useIsPhone(): boolean {
  const [phone, setPhone] = useState(() => matchMedia("(max-width: 767px)").matches);
  useEffect(() => {
    const media = matchMedia("(max-width: 767px)");
    const change = () => setPhone(media.matches);
    media.addEventListener("change", change);
    return () => media.removeEventListener("change", change);
  }, []);
  return phone;
}
