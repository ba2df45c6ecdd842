import { usePrefs } from "../prefs/prefs";
import { text } from "../text";
import { absolute, duration, offsetName, relative } from "./format";
import { useNow } from "./useNow";

/** A moment, as the reader wants it; hovering tells it exactly, in both zones. */
export function Time({ at, className }: { at: string | null | undefined; className?: string }) {
  const { time: mode } = usePrefs();
  if (!at) return <span className="text-ink-3">–</span>;
  const time = Date.parse(at);
  return (
    <time dateTime={at} title={exact(time)} className={`tnum whitespace-nowrap ${className ?? ""}`}>
      {mode === "relative" ? <Relative time={time} /> : absolute(time, mode)}
    </time>
  );
}

export function exact(time: number): string {
  return text.time.bothZones(absolute(time, "utc", true), absolute(time, "local", true), offsetName(time));
}

function Relative({ time }: { time: number }) {
  return <>{relative(time, useNow())}</>;
}

/** How long it is until a moment, to the second. */
export function Countdown({ at }: { at: string }) {
  const time = Date.parse(at);
  const left = time - useNow();
  return (
    <time dateTime={at} title={exact(time)} className="tnum whitespace-nowrap">
      {left > 0 ? text.time.in(duration(Math.ceil(left / 1000) * 1000)) : text.time.due}
    </time>
  );
}

/** A moment to come: how long it is until then, and when, for who reads times of day. */
export function Until({ at }: { at: string }) {
  const { time: mode } = usePrefs();
  if (mode === "relative") return <Countdown at={at} />;
  return (
    <>
      <Time at={at} /> (<Countdown at={at} />)
    </>
  );
}

/** How long something took, or has been going on. */
export function Duration({ from, to, className }: { from: string | null; to: string | null; className?: string }) {
  if (!from) return <span className="text-ink-3">–</span>;
  const start = Date.parse(from);
  return (
    <span className={`tnum whitespace-nowrap ${className ?? ""}`}>
      {to ? duration(Date.parse(to) - start) : <Ticking start={start} />}
    </span>
  );
}

function Ticking({ start }: { start: number }) {
  return <>{duration(Math.floor(Math.max(0, useNow() - start) / 1000) * 1000)}</>;
}
