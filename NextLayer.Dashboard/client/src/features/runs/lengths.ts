import { text } from "@/shared/text";
import { duration } from "@/shared/time/format";

/** Lengths that runs are asked for, in milliseconds. */
export const LENGTHS: readonly (readonly [number, string])[] = [
  [1_000, text.runs.lengths.second],
  [10_000, text.runs.lengths.tenSeconds],
  [60_000, text.runs.lengths.minute],
  [5 * 60_000, text.runs.lengths.fiveMinutes],
  [30 * 60_000, text.runs.lengths.halfHour],
  [3_600_000, text.runs.lengths.hour],
  [6 * 3_600_000, text.runs.lengths.sixHours],
  [24 * 3_600_000, text.runs.lengths.day],
];

/** "5 minutes or longer". */
export function orLonger(ms: number): string {
  return text.runs.lengths.orLonger(LENGTHS.find(([length]) => length === ms)?.[1] ?? duration(ms));
}

/** The usual lengths and the one that is asked for now, in order. */
export function choicesWith(ms: number | undefined): number[] {
  return [...new Set([...LENGTHS.map(([length]) => length), ...(ms === undefined ? [] : [ms])])].sort((a, b) => a - b);
}
