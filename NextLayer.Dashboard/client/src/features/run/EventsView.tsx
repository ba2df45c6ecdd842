import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef, useState } from "react";
import type { RunEvent } from "@/shared/api/types";
import { usePrefs } from "@/shared/prefs/prefs";
import { text } from "@/shared/text";
import { clock } from "@/shared/time/format";
import { exact } from "@/shared/time/Time";
import { Checkbox } from "@/shared/ui/Form";
import { JsonTree } from "@/shared/ui/JsonTree";
import { cx } from "@/shared/ui/cx";
import { wordOfEvent } from "./eventWords";

/** Every event with its number; a click goes back to the moment after it. */
export function EventsView({ events, seq, onSeq }: { events: readonly RunEvent[]; seq: number | null; onSeq: (seq: number) => void }) {
  const { time } = usePrefs();
  const [logs, setLogs] = useState(false);
  const [open, setOpen] = useState<number | null>(null);
  const frame = useRef<HTMLDivElement>(null);
  const shown = logs ? events : events.filter((event) => event.event !== "log");
  const rows = useVirtualizer({ count: shown.length, getScrollElement: () => frame.current, estimateSize: () => 34, overscan: 12, getItemKey: (index) => shown[index]?.seq ?? index });
  return (
    <div className="flex flex-col gap-2">
      <Checkbox label={text.run.events.withLogs} checked={logs} onChange={(event) => setLogs(event.target.checked)} />
      <div ref={frame} role="region" aria-label={text.run.tabs.events} tabIndex={0} className="max-h-[70vh] overflow-y-auto rounded-xl border border-line bg-surface ring-inset-focus">
        <ol className="relative" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((item) => {
            const event = shown[item.index]!;
            return (
              <li key={item.key} ref={rows.measureElement} data-index={item.index} className={cx("absolute inset-x-0 border-b border-line", event.seq === seq && "bg-accent-soft", seq !== null && event.seq > seq && "bg-sunken italic")} style={{ transform: `translateY(${item.start}px)` }}>
                <div className="flex min-h-8.5 items-center gap-3 px-3 text-sm">
                  <button type="button" className="tnum min-h-6 w-10 shrink-0 rounded text-right text-xs text-accent-ink hover:underline" title={text.run.events.goBack} onClick={() => onSeq(event.seq)}>
                    {event.seq}
                  </button>
                  <time dateTime={event.timestamp} title={exact(Date.parse(event.timestamp))} className="tnum shrink-0 text-xs text-ink-3">
                    {clock(Date.parse(event.timestamp), time === "utc" ? "utc" : "local")}
                  </time>
                  <span className="min-w-0 flex-1 truncate">{wordOfEvent(event)}</span>
                  <button type="button" aria-expanded={open === event.seq} aria-label={text.run.events.detailsLabel(event.event, event.seq)} className="min-h-6 min-w-6 shrink-0 rounded px-1.5 text-xs text-ink-3 hover:text-ink" onClick={() => setOpen(open === event.seq ? null : event.seq)}>
                    <code className="max-sm:hidden">{event.event}</code>
                    <span className="sm:hidden">…</span>
                  </button>
                </div>
                {open === event.seq && (
                  <div className="px-3 pb-3">
                    <JsonTree value={event.payload} label={text.run.events.details(event.seq)} />
                  </div>
                )}
              </li>
            );
          })}
        </ol>
      </div>
    </div>
  );
}
