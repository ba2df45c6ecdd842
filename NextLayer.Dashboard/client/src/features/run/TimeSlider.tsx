import { ChevronLeft, ChevronRight, History } from "lucide-react";
import type { RunEvent } from "@/shared/api/types";
import { text } from "@/shared/text";
import { clock } from "@/shared/time/format";
import { usePrefs } from "@/shared/prefs/prefs";
import { Button, IconButton } from "@/shared/ui/Button";
import { wordOfEvent } from "./eventWords";

interface Props {
  events: readonly RunEvent[];
  /** Null follows the newest. */
  seq: number | null;
  onSeq: (seq: number | null) => void;
}

/** Moves through a run's history: everything on the page shows how it was then. */
export function TimeSlider({ events, seq, onSeq }: Props) {
  const { time } = usePrefs();
  const last = events.at(-1)?.seq ?? 0;
  if (last < 2) return null;
  const at = Math.min(seq ?? last, last);
  const event = events[at - 1];
  const go = (to: number) => onSeq(to >= last ? null : Math.max(1, to));
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 rounded-xl border border-line bg-surface px-3 py-1.5">
      <History className="size-4 shrink-0 text-ink-3" aria-hidden />
      <IconButton small label={text.run.slider.back} icon={ChevronLeft} disabled={at <= 1} onClick={() => go(at - 1)} />
      <input
        type="range"
        min={1}
        max={last}
        value={at}
        aria-label={text.run.slider.label}
        aria-valuetext={event ? text.run.slider.event(at, last, wordOfEvent(event)) : undefined}
        onChange={(change) => go(Number(change.target.value))}
        className="slider min-w-24 flex-1"
      />
      <IconButton small label={text.run.slider.on} icon={ChevronRight} disabled={at >= last} onClick={() => go(at + 1)} />
      <span className="tnum min-w-0 basis-full truncate text-xs text-ink-2 sm:basis-72">
        {at}/{last} {event && `${clock(Date.parse(event.timestamp), time === "utc" ? "utc" : "local").slice(0, 12)} ${wordOfEvent(event)}`}
      </span>
      {seq !== null && (
        <Button small kind="primary" onClick={() => onSeq(null)}>
          {text.run.slider.now}
        </Button>
      )}
    </div>
  );
}
