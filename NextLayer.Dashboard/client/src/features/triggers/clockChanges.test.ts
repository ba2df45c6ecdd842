import { expect, it } from "vitest";
import { clockChanges, offsetOf, wordOfChange } from "./clockChanges";

const at = (at: string, local: string) => ({ at, local });

it.each([
  ["2026-03-29T03:00:00+02:00", 120],
  ["2026-01-01T00:00:00-03:30", -210],
  ["2026-01-01T00:00:00+00:00", 0],
])("reads the offset of %s", (local, minutes) => expect(offsetOf(local)).toBe(minutes));

it("marks the first time after each change of the clocks", () => {
  const changes = clockChanges([
    at("1", "2026-03-28T09:00:00+01:00"),
    at("2", "2026-03-29T09:00:00+02:00"),
    at("3", "2026-03-30T09:00:00+02:00"),
    at("4", "2026-10-25T09:00:00+01:00"),
  ]);
  expect([...changes]).toEqual([["2", 60], ["4", -60]]);
});

it("says by how much, also where it is no hour", () => {
  expect(wordOfChange(60)).toBe("clocks forward 1 h");
  expect(wordOfChange(-30)).toBe("clocks back 30 min");
});
