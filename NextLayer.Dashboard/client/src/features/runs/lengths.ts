import { duration } from "@/shared/time/format";

/** Lengths that runs are asked for, in milliseconds. */
export const LENGTHS: readonly (readonly [number, string])[] = [
  [1_000, "1 second"],
  [10_000, "10 seconds"],
  [60_000, "1 minute"],
  [5 * 60_000, "5 minutes"],
  [30 * 60_000, "30 minutes"],
  [3_600_000, "1 hour"],
  [6 * 3_600_000, "6 hours"],
  [24 * 3_600_000, "1 day"],
];

/** "5 minutes or longer". */
export function orLonger(ms: number): string {
  return `${LENGTHS.find(([length]) => length === ms)?.[1] ?? duration(ms)} or longer`;
}

/** The usual lengths and the one that is asked for now, in order. */
export function choicesWith(ms: number | undefined): number[] {
  return [...new Set([...LENGTHS.map(([length]) => length), ...(ms === undefined ? [] : [ms])])].sort((a, b) => a - b);
}
