import { text } from "../text";

export type TimeMode = "relative" | "local" | "utc";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "3 s ago", "in 5 min", "2 d ago": short enough for a column. */
export function relative(time: number, now: number): string {
  const distance = now - time;
  const size = Math.abs(distance);
  if (size < 1500) return text.time.now;
  const { seconds, minutes, hours, days, ago, in: ahead } = text.time;
  const far = size < MINUTE ? seconds(Math.round(size / SECOND)) : size < HOUR ? minutes(Math.floor(size / MINUTE)) : size < DAY ? hours(Math.floor(size / HOUR)) : days(Math.floor(size / DAY));
  return distance > 0 ? ago(far) : ahead(far);
}

/** "850 ms", "2.4 s", "3 min 05 s", "1 h 12 min", "2 d 3 h". */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return "–";
  const size = Math.max(0, ms);
  if (size < SECOND) return text.time.milliseconds(Math.round(size));
  if (size < 10 * SECOND) return text.time.seconds((Math.floor(size / 100) / 10).toFixed(1));
  if (size < MINUTE) return text.time.seconds(Math.floor(size / SECOND));
  if (size < HOUR) return text.time.minutesSeconds(Math.floor(size / MINUTE), pad(Math.floor((size % MINUTE) / SECOND)));
  if (size < DAY) return text.time.hoursMinutes(Math.floor(size / HOUR), pad(Math.floor((size % HOUR) / MINUTE)));
  return text.time.daysHours(Math.floor(size / DAY), Math.floor((size % DAY) / HOUR));
}

/** "2026-11-21 07:06:20" in the reader's zone or in UTC; with milliseconds when exact. */
export function absolute(time: number, zone: "local" | "utc", exact = false): string {
  if (!Number.isFinite(time)) return "–";
  const date = new Date(time);
  const utc = zone === "utc";
  const [y, mo, d, h, mi, s, ms] = utc
    ? [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds(), date.getUTCMilliseconds()]
    : [date.getFullYear(), date.getMonth(), date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds(), date.getMilliseconds()];
  return `${y}-${pad(mo + 1)}-${pad(d)} ${pad(h)}:${pad(mi)}:${pad(s)}${exact ? `.${String(ms).padStart(3, "0")}` : ""}`;
}

/** Only the clock, for dense lists of one day: "07:06:20.123". */
export function clock(time: number, zone: "local" | "utc"): string {
  return absolute(time, zone, true).slice(11);
}

export function offsetName(time: number): string {
  const minutes = -new Date(time).getTimezoneOffset();
  const sign = minutes < 0 ? "−" : "+";
  return `UTC${sign}${pad(Math.floor(Math.abs(minutes) / 60))}:${pad(Math.abs(minutes) % 60)}`;
}

export function count(value: number): string {
  return value.toString().replace(/\B(?=(\d{3})+(?!\d))/g, text.time.thousands);
}

export function percent(part: number, whole: number): string {
  if (whole <= 0) return "–";
  const share = (part / whole) * 100;
  return text.time.percent(share === 100 || share === 0 ? share : share > 99.9 ? 99.9 : share.toFixed(1));
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
