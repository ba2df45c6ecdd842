import { get, toQuery } from "@/shared/api/http";
import type { LogLevel, RunLogLine } from "@/shared/api/types";

export const LOG_LEVELS: readonly LogLevel[] = ["debug", "info", "warning", "error"];
const PAGE = 1000;

/** How many of the lines are of a level or a graver one. */
export function countLevels(lines: readonly RunLogLine[]): Record<LogLevel, number> {
  const counts: Record<LogLevel, number> = { debug: 0, info: 0, warning: 0, error: 0 };
  for (const { level } of lines) for (const each of LOG_LEVELS.slice(0, LOG_LEVELS.indexOf(level) + 1)) counts[each]++;
  return counts;
}

/** "+0:00.000" from the run's beginning on, with hours when there are any: "+1:02:03.456". */
export function sinceStart(time: number, start: number): string {
  const ms = Math.abs(time - start);
  const [h, m, s] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, Math.floor(ms / 1000) % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return `${time < start ? "−" : "+"}${h > 0 ? `${h}:${two(m)}` : m}:${two(s)}.${String(ms % 1000).padStart(3, "0")}`;
}

/** Lines as a file: one row each, what goes over several rows indented. */
export function asText(lines: readonly RunLogLine[]): string {
  return lines.map((line) => `${line.ts} ${line.level.padEnd(7)} ${line.step_id ?? "-"} ${line.message.replaceAll("\n", "\n    ")}\n`).join("");
}

/** One JSON document a row. */
export function asJsonLines(lines: readonly RunLogLine[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

/** All lines of a run, whatever is shown of them. */
export async function readWholeLog(runId: string, onCount: (count: number) => void): Promise<RunLogLine[]> {
  const lines: RunLogLine[] = [];
  for (let after = 0; ; ) {
    const page: { items: RunLogLine[]; last_line: number } = await get(`/api/runs/${runId}/logs${toQuery({ after_line: after, limit: PAGE })}`);
    lines.push(...page.items);
    onCount(lines.length);
    if (page.items.length < PAGE) return lines;
    after = page.last_line;
  }
}
