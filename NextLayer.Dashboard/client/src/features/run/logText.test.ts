import { expect, it } from "vitest";
import type { LogLevel, RunLogLine } from "@/shared/api/types";
import { asJsonLines, asText, countLevels, sinceStart } from "./logText";

const line = (level: LogLevel, message = "", stepId: string | null = null): RunLogLine => ({ line: 1, ts: "2026-05-01T10:00:00+00:00", level, message, source: null, step_id: stepId, attempt: null, meta: null });

it("counts the lines of a level with the graver ones", () =>
  expect(countLevels([line("debug"), line("info"), line("info"), line("error")])).toEqual({ debug: 4, info: 3, warning: 1, error: 1 }));

it.each([
  [0, "+0:00.000"],
  [61_005, "+1:01.005"],
  [3_723_456, "+1:02:03.456"],
  [-1500, "−0:01.500"],
])("tells %d ms from the start as %s", (ms, text) => expect(sinceStart(1_000_000 + ms, 1_000_000)).toBe(text));

it("writes a row for each line, and marks what goes on", () =>
  expect(asText([line("info", "read", "fetch"), line("error", "no\nway")])).toBe("2026-05-01T10:00:00+00:00 info    fetch read\n2026-05-01T10:00:00+00:00 error   - no\n    way\n"));

it("writes JSON that is one row a line", () => {
  const rows = asJsonLines([line("info", "a\nb"), line("error", "c")]).trimEnd().split("\n");
  expect(rows.map((row) => (JSON.parse(row) as RunLogLine).message)).toEqual(["a\nb", "c"]);
});
