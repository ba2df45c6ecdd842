import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronRight, Ellipsis, FoldHorizontal, Route, ZoomIn, ZoomOut } from "lucide-react";
import { useEffect, useMemo, useState, type ReactNode } from "react";
import type { ForEachCounts } from "@/shared/api/progress";
import type { Run, RunStatus, StepStatus } from "@/shared/api/types";
import type { Graph } from "@/shared/graph/definition";
import { iconOfType } from "@/shared/graph/stepTypes";
import { isFinished, RUN_LOOKS, STEP_LOOKS, type Tone } from "@/shared/status/status";
import { text } from "@/shared/text";
import { duration } from "@/shared/time/format";
import { exact } from "@/shared/time/Time";
import { useNow } from "@/shared/time/useNow";
import { Button, IconButton } from "@/shared/ui/Button";
import { Empty } from "@/shared/ui/States";
import { cx } from "@/shared/ui/cx";
import type { RunView } from "./fold";
import { itemWords } from "./StepStateLine";
import { withItems } from "./timelineItems";
import { endOf, spansOf, type Row } from "./timelineRows";
import { criticalPath, scaleOf } from "./timelineScale";
import { useItems } from "./useItems";
import { useTimeZoom } from "./useTimeZoom";
import { MOST_ZOOM } from "./zoom";

const ROW = 34;

interface Props {
  run: Run;
  graph: Graph;
  view: RunView;
  forEach: ReadonlyMap<string, ForEachCounts> | undefined;
  chosen: string | undefined;
  onChoose: (stepId: string) => void;
}

/** One line for the run and one for each step: where the time went. */
export function Timeline(props: Props) {
  const { view } = props;
  const live = !isFinished(view.status);
  const end = endOf(view);
  return end === null ? <Empty title={text.run.timeline.none} /> : live ? <LiveTimeline {...props} /> : <Bars {...props} end={end} />;
}

function LiveTimeline(props: Props) {
  const now = useNow();
  return <Bars {...props} end={Math.max(now, props.view.at ?? 0)} />;
}

function Bars({ run, graph, view, forEach, end, chosen, onChoose }: Props & { end: number }) {
  const { zoom, zoomBy, brush, frame, setFrame, axis, handlers } = useTimeZoom();
  const [collapse, setCollapse] = useState(true);
  const [critical, setCritical] = useState(false);
  const { groups, toggle, readMore } = useItems(run, !isFinished(view.status));
  const { rows: own, start } = useMemo(() => spansOf(view), [view]);
  const rows = useMemo(() => withItems(own, groups), [own, groups]);
  const length = Math.max(1, end - start);
  const scale = useMemo(() => {
    const worked = rows.filter((row) => row.runId).flatMap((row) => row.spans.filter((span) => span.kind === "solid").map(({ from, to }) => ({ from, to: to ?? end })));
    return scaleOf(view, start, end, collapse, worked);
  }, [view, rows, start, end, collapse]);
  const path = useMemo(() => (critical ? criticalPath(view, graph) : null), [critical, view, graph]);
  const width = useWidth(frame);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => frame, estimateSize: () => ROW, overscan: 10 });
  const inSight = virtual.getVirtualItems();
  // Items are read a page at a time, as somebody comes to their end.
  const wanted = inSight.map((item) => rows[item.index]).find((row) => row?.more && groups.get(row.stepId!)?.more)?.stepId;
  useEffect(() => {
    if (wanted) readMore(wanted);
  }, [wanted, readMore, rows.length]);
  const left = (at: number) => `${scale.at(at) * 100}%`;
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-ink-2">
        <Legend kind="hatched" tone="queued">{text.run.timeline.queued}</Legend>
        <Legend kind="solid" tone="running">{text.run.timeline.running}</Legend>
        <Legend kind="dotted" tone="paused">{text.run.timeline.waiting}</Legend>
        <Legend kind="gap" tone="failed">{text.run.timeline.backoff}</Legend>
        <span className="tnum ml-auto">{text.run.timeline.inAll(duration(length))}</span>
        <Button small kind="ghost" icon={Route} aria-pressed={critical} className={critical ? "bg-accent-soft text-accent-ink" : ""} title={text.run.timeline.criticalHint} onClick={() => setCritical(!critical)}>
          {text.run.timeline.critical}
        </Button>
        {(scale.cuts.length > 0 || !collapse) && (
          <Button small kind="ghost" icon={FoldHorizontal} aria-pressed={collapse} className={collapse ? "bg-accent-soft text-accent-ink" : ""} title={text.run.timeline.idleHint} onClick={() => setCollapse(!collapse)}>
            {text.run.timeline.idle}
          </Button>
        )}
        <IconButton small label={text.run.timeline.wider} icon={ZoomOut} disabled={zoom <= 1} onClick={() => zoomBy(0.5)} />
        <IconButton small label={text.run.timeline.closer} icon={ZoomIn} disabled={zoom >= MOST_ZOOM} onClick={() => zoomBy(2)} />
      </div>
      <div
        ref={setFrame}
        role="region"
        aria-label={text.run.tabs.timeline}
        tabIndex={0}
        title={text.run.timeline.hint}
        className="relative max-h-[70vh] overflow-auto rounded-xl border border-line bg-surface select-none ring-inset-focus"
        {...handlers}
      >
        <div style={{ width: `max(100%, ${zoom * 100}%)` }}>
          <div className="sticky top-0 z-10 flex h-8 border-b border-line bg-surface text-2xs text-ink-3">
            <span className="sticky left-0 z-10 flex w-32 shrink-0 items-center border-r border-line bg-surface px-3 sm:w-52">{text.run.timeline.step}</span>
            <span ref={axis} className="relative min-w-0 flex-1 overflow-hidden">
              {scale.ticks(Math.max(2, Math.floor((Math.max(120, width - 210) * zoom) / 84))).map((tick) => (
                <span key={tick} className="tnum absolute top-2 border-l border-line pl-1 whitespace-nowrap" style={{ left: left(start + tick) }}>
                  {duration(tick)}
                </span>
              ))}
            </span>
          </div>
          <div role="list" className="relative" style={{ height: virtual.getTotalSize() }}>
            {scale.cuts.map((cut) => (
              <span key={cut.from} aria-hidden className="absolute inset-y-0 right-0 left-32 sm:left-52">
                <span title={text.run.timeline.idleFor(duration(cut.to - cut.from))} className="absolute inset-y-0 z-[1] border-x border-dashed border-line-strong/60 bg-sunken/70" style={{ left: left(cut.from), width: `${(scale.at(cut.to) - scale.at(cut.from)) * 100}%` }} />
              </span>
            ))}
            {brush && (
              <span aria-hidden className="pointer-events-none absolute inset-y-0 right-0 left-32 z-[2] sm:left-52">
                <span className="absolute inset-y-0 border-x border-accent bg-accent/15" style={{ left: `${brush.from * 100}%`, width: `${(brush.to - brush.from) * 100}%` }} />
              </span>
            )}
            {inSight.map((item) => {
              const row = rows[item.index]!;
              return (
                <div key={item.key} role="listitem" aria-label={describe(row)} className={cx("absolute inset-x-0 flex border-b border-line last:border-0", row.stepId !== null && !row.runId && row.stepId === chosen && "bg-accent-soft", path && row.stepId !== null && !path.has(row.stepId) && "opacity-35")} style={{ height: ROW, transform: `translateY(${item.start}px)` }}>
                  <RowName row={row} items={row.runId || row.more ? undefined : forEach?.get(row.stepId ?? "")} isOpen={row.stepId !== null && groups.has(row.stepId)} onToggle={toggle} onChoose={onChoose} />
                  <span className="relative min-w-0 flex-1">
                    {row.spans.map((span, index) => (
                      <span
                        key={index}
                        title={text.run.timeline.span(span.word, duration((span.to ?? end) - span.from), exact(span.from))}
                        className={cx("absolute top-2.5 h-3.5 min-w-0.5 rounded-xs", span.kind === "solid" ? "" : span.kind)}
                        style={{
                          left: left(span.from),
                          width: `${Math.max(0, scale.at(span.to ?? end) - scale.at(span.from)) * 100}%`,
                          ...(span.kind === "solid" ? { backgroundColor: `var(--s-${span.tone})` } : { color: `var(--s-${span.tone})` }),
                          ...(span.kind === "gap" ? { borderTop: `2px dashed var(--s-${span.tone})`, top: "1rem", height: 0 } : {}),
                        }}
                      />
                    ))}
                    {row.spans.length > 0 && <BarWord row={row} end={end} at={scale.at} />}
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

function useWidth(frame: HTMLElement | null): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!frame) return;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(entry.contentRect.width));
    observer.observe(frame);
    return () => observer.disconnect();
  }, [frame]);
  return width;
}

function BarWord({ row, end, at }: { row: Row; end: number; at: (time: number) => number }) {
  const last = row.spans.at(-1)!;
  const stop = last.to ?? end;
  const text = duration(row.spans.reduce((sum, span) => sum + ((span.to ?? end) - span.from), 0));
  const late = at(stop) > 0.82;
  return (
    <span className={cx("tnum pointer-events-none absolute top-2 text-2xs whitespace-nowrap text-ink-3", late && "-translate-x-full pr-1")} style={{ left: `${at(late ? row.spans[0]!.from : stop) * 100}%`, paddingLeft: late ? 0 : 6 }}>
      {text}
    </span>
  );
}

interface RowNameProps {
  row: Row;
  /** Of a for-each step that has begun. */
  items: ForEachCounts | undefined;
  isOpen: boolean;
  onToggle: (stepId: string) => void;
  onChoose: (stepId: string) => void;
}

function RowName({ row, items, isOpen, onToggle, onChoose }: RowNameProps) {
  const ofRun = row.stepId === null || row.runId !== undefined;
  const look = row.status ? (ofRun ? RUN_LOOKS[row.status as RunStatus] : STEP_LOOKS[row.status as StepStatus]) : null;
  const Icon = look?.icon ?? (row.more ? Ellipsis : iconOfType(row.type));
  const inner = (
    <>
      <Icon className="size-3.5 shrink-0" style={{ color: look ? `var(--s-${look.tone})` : undefined }} aria-label={look?.word} />
      <span className="truncate">{row.name}</span>
      {items && <span className="tnum ml-auto shrink-0 text-2xs font-normal text-ink-3">{itemWords(items, "")}</span>}
    </>
  );
  const frame = "sticky left-0 z-10 flex w-32 shrink-0 items-center gap-1 border-r border-line bg-inherit bg-surface px-3 text-xs font-medium sm:w-52";
  const button = "flex h-full min-w-0 flex-1 items-center gap-2 text-left ring-inset-focus hover:text-accent-ink";
  return (
    <span className={cx(frame, (row.runId || row.more) && "pl-7 font-normal text-ink-2")}>
      {items && (
        <button type="button" aria-expanded={isOpen} aria-label={text.run.timeline.itemsOf(row.name)} onClick={() => onToggle(row.stepId!)} className="-ml-2 flex size-6 shrink-0 items-center justify-center rounded text-ink-3 hover:bg-hover hover:text-ink">
          <ChevronRight className={cx("size-3.5 transition-transform", isOpen && "rotate-90")} aria-hidden />
        </button>
      )}
      {row.runId ? (
        <Link to="/runs/$runId" params={{ runId: row.runId }} className={button}>
          {inner}
        </Link>
      ) : row.stepId === null || row.more ? (
        <span className="flex min-w-0 items-center gap-2">{inner}</span>
      ) : (
        <button type="button" className={button} onClick={() => onChoose(row.stepId!)}>
          {inner}
        </button>
      )}
    </span>
  );
}

function describe(row: Row): string {
  const { describe: whole, lasted, stillGoing } = text.run.timeline;
  return whole(row.name, row.spans.map((span) => (span.to ? lasted(span.word, duration(span.to - span.from)) : stillGoing(span.word))).join("; "));
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

