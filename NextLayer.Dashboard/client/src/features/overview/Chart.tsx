import { useState } from "react";
import { total, valueOf } from "@/features/runs/Histogram";
import type { RunStatus } from "@/shared/api/types";
import { usePrefs } from "@/shared/prefs/prefs";
import { RUN_LOOKS, RUN_STATUSES } from "@/shared/status/status";
import { text } from "@/shared/text";
import { absolute, count } from "@/shared/time/format";
import type { Bucket } from "./statsQuery";

const WIDTH = 720;
const HEIGHT = 168;
const ORDER: readonly RunStatus[] = ["SUCCEEDED", "CANCELLED", "QUEUED", "PAUSED", "RUNNING", "FAILED"];

/** Runs over time by state, with what stands under the pointer told in words. */
export function RunsChart({ buckets }: { buckets: readonly Bucket[] }) {
  const { time } = usePrefs();
  const [over, setOver] = useState<number | null>(null);
  const most = niceTop(Math.max(1, ...buckets.map(total)));
  const wide = WIDTH / Math.max(1, buckets.length);
  const shown = over === null ? null : buckets[over];
  const zone = time === "utc" ? "utc" : "local";
  const sum = buckets.reduce((all, bucket) => all + total(bucket), 0);
  return (
    <div>
      <div className="flex gap-2">
        <div className="tnum flex w-9 shrink-0 flex-col justify-between text-right text-2xs text-ink-3" style={{ height: HEIGHT }} aria-hidden>
          <span className="-mt-2">{count(most)}</span>
          <span>{most >= 2 ? count(Math.round(most / 2)) : ""}</span>
          <span className="-mb-2">0</span>
        </div>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" className="w-full" style={{ height: HEIGHT }} role="img" aria-label={text.overview.chart(count(sum))} onPointerLeave={() => setOver(null)}>
          {[0, 0.5, 1].map((line) => (
            <line key={line} x1={0} x2={WIDTH} y1={HEIGHT * line} y2={HEIGHT * line} stroke="var(--line)" strokeWidth={1} vectorEffect="non-scaling-stroke" />
          ))}
          {buckets.map((bucket, index) => {
            let y = HEIGHT;
            return (
              <g key={bucket.at} onPointerEnter={() => setOver(index)} opacity={over === null || over === index ? 1 : 0.55}>
                <rect x={index * wide} y={0} width={wide} height={HEIGHT} fill="transparent" />
                {ORDER.map((status) => {
                  const value = valueOf(bucket, status);
                  if (value === 0) return null;
                  const tall = Math.max(1.5, (value / most) * HEIGHT);
                  y -= tall;
                  return <rect key={status} x={index * wide + wide * 0.12} y={y} width={wide * 0.76} height={tall} fill={`var(--s-${RUN_LOOKS[status].tone})`} />;
                })}
              </g>
            );
          })}
        </svg>
      </div>
      <div className="tnum mt-2 flex justify-between gap-3 pl-11 text-2xs text-ink-3">
        <span>{buckets[0] && absolute(Date.parse(buckets[0].at), zone).slice(0, 16)}</span>
        <span>{text.time.now}</span>
      </div>
      <ul className="mt-3 flex flex-wrap gap-x-4 gap-y-1 pl-11 text-xs text-ink-2" aria-live="off">
        {shown && <li className="tnum basis-full font-medium text-ink sm:basis-auto">{absolute(Date.parse(shown.at), zone).slice(0, 16)}</li>}
        {RUN_STATUSES.map((status) => {
          const value = shown ? valueOf(shown, status) : buckets.reduce((all, bucket) => all + valueOf(bucket, status), 0);
          return (
            <li key={status} className="inline-flex items-center gap-1.5">
              <span aria-hidden className="size-2.5 rounded-xs" style={{ backgroundColor: `var(--s-${RUN_LOOKS[status].tone})` }} />
              {RUN_LOOKS[status].word} <span className="tnum font-medium text-ink">{count(value)}</span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** The next round number: 1, 2, 5, 10, 20 … */
function niceTop(value: number): number {
  const base = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((each) => each * base).find((each) => each >= value) ?? value;
}
