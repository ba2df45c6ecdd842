import { describe, expect, it } from "vitest";
import { absolute, count, duration, percent, relative } from "./format";

describe("relative", () => {
  const now = Date.UTC(2026, 0, 2, 12);
  it.each([
    [0, "now"],
    [1_400, "now"],
    [12_000, "12 s ago"],
    [59_000, "59 s ago"],
    [61_000, "1 min ago"],
    [3 * 3_600_000 + 5_000, "3 h ago"],
    [50 * 3_600_000, "2 d ago"],
    [-5 * 60_000, "in 5 min"],
    [-30_000, "in 30 s"],
  ])("tells %i ms ago as %s", (ago, text) => expect(relative(now - ago, now)).toBe(text));
});

describe("duration", () => {
  it.each([
    [null, "–"],
    [-5, "0 ms"],
    [850, "850 ms"],
    [2_449, "2.4 s"],
    [9_999, "9.9 s"],
    [59_999, "59 s"],
    [185_000, "3 min 05 s"],
    [4_320_000, "1 h 12 min"],
    [183_600_000, "2 d 3 h"],
  ])("writes %s as %s", (ms, text) => expect(duration(ms)).toBe(text));
});

it("writes a time in UTC with milliseconds", () =>
  expect(absolute(Date.UTC(2026, 10, 21, 7, 6, 20, 5), "utc", true)).toBe("2026-11-21 07:06:20.005"));

it("groups thousands", () => expect(count(1234567)).toBe("1,234,567"));

it("never rounds a failure away", () => {
  expect(percent(99999, 100000)).toBe("99.9 %");
  expect(percent(5, 5)).toBe("100 %");
  expect(percent(0, 0)).toBe("–");
});
