import { text } from "@/shared/text";
import type { ScheduleTimes } from "./triggerQueries";

/** Of a local time with its offset ("2026-03-29T03:00:00+02:00"): minutes east of UTC. */
export function offsetOf(local: string): number {
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(local) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
}

/** Before which of the times the zone's clocks have changed, and by how many minutes: forward is more than 0. */
export function clockChanges(times: ScheduleTimes["times"]): ReadonlyMap<string, number> {
  const changes = new Map<string, number>();
  times.forEach((time, index) => {
    const before = times[index - 1];
    const by = before ? offsetOf(time.local) - offsetOf(before.local) : 0;
    if (by !== 0) changes.set(time.at, by);
  });
  return changes;
}

export function wordOfChange(minutes: number): string {
  const size = Math.abs(minutes);
  const by = size % 60 === 0 ? text.time.hours(size / 60) : text.time.minutes(size);
  return minutes > 0 ? text.schedules.clocksForward(by) : text.schedules.clocksBack(by);
}
