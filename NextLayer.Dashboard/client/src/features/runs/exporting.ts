import { get, toQuery, type QueryValue } from "@/shared/api/http";
import type { Run, RunPage } from "@/shared/api/types";

export const MOST_EXPORTED = 10_000;

/** Reads runs page by page until there are no more, or enough. */
export async function readAll(filter: Record<string, QueryValue>, most: number, onCount: (count: number) => void, signal?: AbortSignal): Promise<{ runs: Run[]; more: boolean }> {
  const runs: Run[] = [];
  let cursor: string | null = null;
  do {
    const page: RunPage = await get<RunPage>(`/api/runs${toQuery({ ...filter, limit: 100, cursor })}`, { signal });
    runs.push(...page.items);
    cursor = page.next_cursor;
    onCount(runs.length);
  } while (cursor !== null && runs.length < most);
  return { runs: runs.slice(0, most), more: cursor !== null || runs.length > most };
}

const COLUMNS: readonly (keyof Run)[] = ["id", "status", "tenant_id", "pipeline_id", "pipeline_version_id", "trigger_type", "created_at", "started_at", "finished_at", "claimed_by", "generation", "error_message", "parameters", "labels"];

/** RFC 4180, and safe to open in a spreadsheet: no cell can begin a formula. */
export function toCsv(runs: readonly Run[]): string {
  const lines = runs.map((run) => COLUMNS.map((name) => cell(run[name])).join(","));
  return [COLUMNS.join(","), ...lines].join("\r\n") + "\r\n";
}

function cell(value: unknown): string {
  let text = value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
  if (/^[=+\-@\t\r]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
