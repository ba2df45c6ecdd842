import { text } from "@/shared/text";
import type { Backfill } from "./triggerQueries";

type Times = Backfill["times"];

/** A moment as a field of the browser's own zone holds it, to the minute. */
export function inputTime(moment: number): string {
  const local = new Date(moment - new Date(moment).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** The moment that such a field means; null while it is not filled in. */
export function momentOf(field: string): string | null {
  const moment = Date.parse(field);
  return Number.isNaN(moment) ? null : new Date(moment).toISOString();
}

export function timesWord(times: Times): string {
  const without = times.filter((time) => time.run_id === null).length;
  const all = times.length === 1 ? text.schedules.backfill.times.one : text.schedules.backfill.times.many(times.length);
  return without === times.length ? text.schedules.backfill.times.noneHasRun(all) : without === 0 ? text.schedules.backfill.times.eachHasRun(all) : text.schedules.backfill.times.someHaveRun(all, without);
}

const ENDED = ["completed", "failed", "cancelled"];

export function progressOf(times: Times): { total: number; ended: number; failed: number } {
  const runs = times.filter((time) => time.run_id !== null);
  return {
    total: runs.length,
    ended: runs.filter((time) => time.run_status === null || ENDED.includes(time.run_status)).length,
    failed: runs.filter((time) => time.run_status === "failed" || time.run_status === "cancelled").length,
  };
}
