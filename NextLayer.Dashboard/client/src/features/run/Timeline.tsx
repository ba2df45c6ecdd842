import { useVirtualizer } from "@tanstack/react-virtual";
import { ZoomIn, ZoomOut } from "lucide-react";
import { useMemo, useRef, useState, type ReactNode } from "react";
import { iconOfType } from "@/shared/graph/stepTypes";
import { isFinished, RUN_LOOKS, STEP_LOOKS, type Tone } from "@/shared/status/status";
import { duration } from "@/shared/time/format";
import { exact } from "@/shared/time/Time";
import { useNow } from "@/shared/time/useNow";
import { IconButton } from "@/shared/ui/Button";
import { Empty } from "@/shared/ui/States";
import { cx } from "@/shared/ui/cx";
import type { RunView } from "./fold";
import { spansOf, ticksOf, type Row } from "./timelineRows";

const ROW = 34;

interface Props {
  view: RunView;
  chosen: string | undefined;
  onChoose: (stepId: string) => void;
}

/** One line for the run and one for each step: where the time went. */
export function Timeline({ view, chosen, onChoose }: Props) {
  const live = !isFinished(view.status);
  return view.at === null ? <Empty title="Nothing has happened yet" /> : live ? <LiveTimeline view={view} chosen={chosen} onChoose={onChoose} /> : <Bars view={view} end={view.at} chosen={chosen} onChoose={onChoose} />;
}

function LiveTimeline(props: Props) {
  const now = useNow();
  return <Bars {...props} end={Math.max(now, props.view.at ?? 0)} />;
}

function Bars({ view, end, chosen, onChoose }: Props & { end: number }) {
  const [zoom, setZoom] = useState(1);
  const frame = useRef<HTMLDivElement>(null);
  const { rows, start } = useMemo(() => spansOf(view, end), [view, end]);
  const length = Math.max(1, end - start);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => frame.current, estimateSize: () => ROW, overscan: 10 });
  const left = (at: number) => `${((at - start) / length) * 100}%`;
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-ink-2">
        <Legend kind="hatched" tone="queued">Queued</Legend>
        <Legend kind="solid" tone="running">Running</Legend>
        <Legend kind="dotted" tone="paused">Waiting</Legend>
        <Legend kind="gap" tone="failed">Back-off</Legend>
        <span className="tnum ml-auto">{duration(length)} in all</span>
        <IconButton small label="Show more time" icon={ZoomOut} disabled={zoom <= 1} onClick={() => setZoom(Math.max(1, zoom / 2))} />
        <IconButton small label="Show less time" icon={ZoomIn} disabled={zoom >= 64} onClick={() => setZoom(zoom * 2)} />
      </div>
      <div
        ref={frame}
        role="region"
        aria-label="Timeline"
        tabIndex={0}
        className="relative max-h-[70vh] overflow-auto rounded-xl border border-line bg-surface ring-inset-focus"
        onWheel={(event) => {
          if (event.ctrlKey) setZoom(Math.min(64, Math.max(1, zoom * (event.deltaY < 0 ? 1.25 : 0.8))));
        }}
      >
        <div style={{ width: `max(100%, ${zoom * 100}%)` }}>
          <div className="sticky top-0 z-10 flex h-8 border-b border-line bg-surface text-2xs text-ink-3">
            <span className="sticky left-0 z-10 flex w-32 shrink-0 items-center border-r border-line bg-surface px-3 sm:w-52">Step</span>
            <span className="relative min-w-0 flex-1 overflow-hidden">
              {ticksOf(length, Math.max(4, Math.round(6 * zoom))).map((tick) => (
                <span key={tick} className="tnum absolute top-2 border-l border-line pl-1 whitespace-nowrap" style={{ left: `${(tick / length) * 100}%` }}>
                  {duration(tick)}
                </span>
              ))}
            </span>
          </div>
          <div role="list" className="relative" style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map((item) => {
              const row = rows[item.index]!;
              return (
                <div key={item.key} role="listitem" aria-label={describe(row)} className={cx("absolute inset-x-0 flex border-b border-line last:border-0", row.stepId !== null && row.stepId === chosen && "bg-accent-soft")} style={{ height: ROW, transform: `translateY(${item.start}px)` }}>
                  <RowName row={row} onChoose={onChoose} />
                  <span className="relative min-w-0 flex-1">
                    {row.spans.map((span, index) => (
                      <span
                        key={index}
                        title={`${span.word}: ${duration((span.to ?? end) - span.from)}\nfrom ${exact(span.from)}`}
                        className={cx("absolute top-2.5 h-3.5 min-w-0.5 rounded-xs", span.kind === "solid" ? "" : span.kind)}
                        style={{
                          left: left(span.from),
                          width: `${(Math.max(0, (span.to ?? end) - span.from) / length) * 100}%`,
                          ...(span.kind === "solid" ? { backgroundColor: `var(--s-${span.tone})` } : { color: `var(--s-${span.tone})` }),
                          ...(span.kind === "gap" ? { borderTop: `2px dashed var(--s-${span.tone})`, top: "1rem", height: 0 } : {}),
                        }}
                      />
                    ))}
                    {row.spans.length > 0 && <BarWord row={row} end={end} left={left} start={start} length={length} />}
                  </span>
                </div>
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
}

function BarWord({ row, end, left, start, length }: { row: Row; end: number; left: (at: number) => string; start: number; length: number }) {
  const last = row.spans.at(-1)!;
  const stop = last.to ?? end;
  const text = duration(row.spans.reduce((sum, span) => sum + ((span.to ?? end) - span.from), 0));
  const late = (stop - start) / length > 0.82;
  return (
    <span className={cx("tnum pointer-events-none absolute top-2 text-2xs text-ink-3", late && "-translate-x-full pr-1")} style={{ left: late ? left(row.spans[0]!.from) : left(stop), paddingLeft: late ? 0 : 6 }}>
      {text}
    </span>
  );
}

function RowName({ row, onChoose }: { row: Row; onChoose: (stepId: string) => void }) {
  const look = row.status ? (row.stepId === null ? RUN_LOOKS[row.status as keyof typeof RUN_LOOKS] : STEP_LOOKS[row.status as keyof typeof STEP_LOOKS]) : null;
  const Icon = look?.icon ?? iconOfType(row.type);
  const inner = (
    <>
      <Icon className="size-3.5 shrink-0" style={{ color: look ? `var(--s-${look.tone})` : undefined }} aria-label={look?.word} />
      <span className="truncate">{row.name}</span>
    </>
  );
  const style = "sticky left-0 z-10 flex w-32 shrink-0 items-center gap-2 border-r border-line bg-inherit bg-surface px-3 text-left text-xs font-medium sm:w-52";
  return row.stepId === null ? (
    <span className={style}>{inner}</span>
  ) : (
    <button type="button" className={cx(style, "hover:text-accent-ink ring-inset-focus")} onClick={() => onChoose(row.stepId!)}>
      {inner}
    </button>
  );
}

function describe(row: Row): string {
  return `${row.name}: ${row.spans.map((span) => `${span.word}${span.to ? ` ${duration(span.to - span.from)}` : ", still"}`).join("; ")}`;
}

function Legend({ kind, tone, children }: { kind: string; tone: Tone; children: ReactNode }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <span
        aria-hidden
        className={cx("h-3 w-5 rounded-xs", kind !== "solid" && kind)}
        style={kind === "solid" ? { backgroundColor: `var(--s-${tone})` } : kind === "gap" ? { borderTop: `2px dashed var(--s-${tone})`, height: 0 } : { color: `var(--s-${tone})` }}
      />
      {children}
    </span>
  );
}

