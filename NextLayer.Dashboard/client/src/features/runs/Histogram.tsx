import { useQuery } from "@tanstack/react-query";
import { useRef, useState, type PointerEvent } from "react";
import { statsQuery, type Bucket } from "@/features/overview/statsQuery";
import type { RunStatus } from "@/shared/api/types";
import { RUN_LOOKS, RUN_STATUSES } from "@/shared/status/status";
import { text } from "@/shared/text";
import { absolute, count } from "@/shared/time/format";
import { usePrefs } from "@/shared/prefs/prefs";

const HEIGHT = 56;
/** From the ground up. */
const ORDER: readonly RunStatus[] = ["SUCCEEDED", "CANCELLED", "QUEUED", "PAUSED", "RUNNING", "FAILED"];

interface Props {
  filter: { tenantId: string | null; pipelineId: string | undefined; from: string | undefined; to: string | undefined; hours: number };
  /** A stretch that the reader has drawn. */
  onZoom: (after: string, before: string) => void;
}

/** Runs over time, by state. Drawing across it chooses the time between. */
export function Histogram({ filter, onZoom }: Props) {
  const { data, isError } = useQuery(statsQuery({ ...filter, buckets: 60, tests: true }));
  if (data) return <Bars buckets={data.buckets} seconds={data.bucket_seconds} until={filter.to} onZoom={onZoom} />;
  return isError ? null : <div className="skeleton" style={{ height: HEIGHT }} />;
}

export function total(bucket: Bucket): number {
  return RUN_STATUSES.reduce((sum, status) => sum + valueOf(bucket, status), 0);
}

export function valueOf(bucket: Bucket, status: RunStatus): number {
  return bucket[status.toLowerCase() as Lowercase<RunStatus>];
}

function Bars({ buckets, seconds, until, onZoom }: { buckets: readonly Bucket[]; seconds: number; until: string | undefined; onZoom: Props["onZoom"] }) {
  const { time } = usePrefs();
  const tell = (at: string) => absolute(Date.parse(at), time === "utc" ? "utc" : "local").slice(0, 16);
  const box = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const most = Math.max(1, ...buckets.map(total));
  const at = (event: PointerEvent) => {
    const area = box.current!.getBoundingClientRect();
    return Math.max(0, Math.min(buckets.length - 1, Math.floor(((event.clientX - area.left) / area.width) * buckets.length)));
  };
  const timeOf = (index: number) => new Date(Date.parse(buckets[0]!.at) + index * seconds * 1000).toISOString();
  const shown = over === null ? null : buckets[over];
  const sum = buckets.reduce((all, bucket) => all + total(bucket), 0);
  const failed = buckets.reduce((all, bucket) => all + bucket.failed, 0);

  return (
    <div className="relative select-none">
      <div
        ref={box}
        role="img"
        aria-label={text.runs.histogram(count(sum), count(failed))}
        className="relative flex cursor-crosshair items-end gap-px border-b border-line"
        style={{ height: HEIGHT }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag({ from: at(event), to: at(event) });
        }}
        onPointerMove={(event) => {
          setOver(at(event));
          if (drag) setDrag({ ...drag, to: at(event) });
        }}
        onPointerLeave={() => setOver(null)}
        onPointerUp={() => {
          if (drag && drag.from !== drag.to) onZoom(timeOf(Math.min(drag.from, drag.to)), timeOf(Math.max(drag.from, drag.to) + 1));
          setDrag(null);
        }}
      >
        {buckets.map((bucket, index) => (
          <div key={bucket.at} className="flex h-full min-w-0 flex-1 flex-col-reverse" style={{ opacity: drag && !inside(drag, index) ? 0.35 : 1 }}>
            {ORDER.map((status) => {
              const value = valueOf(bucket, status);
              return value > 0 ? (
                <div key={status} style={{ height: `${Math.max(2, (value / most) * (HEIGHT - 4))}px`, backgroundColor: `var(--s-${RUN_LOOKS[status].tone})` }} />
              ) : null;
            })}
          </div>
        ))}
        {drag && (
          <div
            className="pointer-events-none absolute inset-y-0 border-x border-accent bg-accent/15"
            style={{ left: `${(Math.min(drag.from, drag.to) / buckets.length) * 100}%`, width: `${((Math.abs(drag.to - drag.from) + 1) / buckets.length) * 100}%` }}
          />
        )}
      </div>
      <div className="mt-1 flex justify-between gap-2 text-2xs text-ink-3">
        <span className="tnum">{tell(buckets[0]?.at ?? "")}</span>
        {shown && (
          <span className="tnum truncate text-ink-2">
            {tell(shown.at)}: {describe(shown)}
          </span>
        )}
        <span className="tnum">{until ? tell(until) : text.time.now}</span>
      </div>
    </div>
  );
}

function inside(drag: { from: number; to: number }, index: number): boolean {
  return index >= Math.min(drag.from, drag.to) && index <= Math.max(drag.from, drag.to);
}

function describe(bucket: Bucket): string {
  const parts = RUN_STATUSES.filter((status) => valueOf(bucket, status) > 0).map((status) => `${count(valueOf(bucket, status))} ${RUN_LOOKS[status].word.toLowerCase()}`);
  return parts.join(", ") || "none";
}
