import type { Run, RunPage } from "@/shared/api/types";
import { pairsOf } from "./labels";

export interface Pages {
  pages: RunPage[];
  pageParams: unknown[];
}

interface Filter {
  tenant_id?: string | undefined;
  status?: readonly string[] | undefined;
  pipeline_id?: string | undefined;
  pipeline_version_id?: string | undefined;
  trigger_type?: string | undefined;
  worker_id?: string | undefined;
  label?: readonly string[] | undefined;
  duration_ms_min?: number | undefined;
  q?: string | undefined;
  created_after?: string | undefined;
  created_before?: string | undefined;
}

/** Whether the list that asks so would have the run. */
export function matches(run: Run, filter: Filter): boolean {
  const created = Date.parse(run.created_at);
  return (
    (!filter.tenant_id || run.tenant_id === filter.tenant_id) &&
    (!filter.status || filter.status.length === 0 || filter.status.includes(run.status)) &&
    (!filter.pipeline_id || run.pipeline_id === filter.pipeline_id) &&
    (!filter.pipeline_version_id || run.pipeline_version_id === filter.pipeline_version_id) &&
    (!filter.trigger_type || run.trigger_type === filter.trigger_type) &&
    (!filter.label || filter.label.every((pair) => pairsOf(run.labels).includes(pair))) &&
    (!filter.worker_id || run.claimed_by === filter.worker_id) &&
    (!filter.duration_ms_min || (run.started_at !== null && run.finished_at !== null && Date.parse(run.finished_at) - Date.parse(run.started_at) >= filter.duration_ms_min)) &&
    (!filter.created_after || created >= Date.parse(filter.created_after)) &&
    (!filter.created_before || created < Date.parse(filter.created_before)) &&
    (!filter.q || isFound(run, filter.q))
  );
}

function isFound(run: Run, q: string): boolean {
  const digits = q.replaceAll("-", "").toLowerCase();
  return /^[0-9a-f]{6,32}$/.test(digits)
    ? run.id.replaceAll("-", "").startsWith(digits)
    : (run.error_message ?? "").toLowerCase().includes(q.toLowerCase());
}

/** What is new of a run: all of it, or only that it has come to another state. */
export type News = Run | Pick<Run, "id" | "status" | "last_event_seq">;

/** Puts news of known runs in their places. A row stays where it is, also when the filter no longer wants it. */
export function updateRows(data: Pages, news: readonly News[]): Pages {
  const byId = new Map(news.map((run) => [run.id, run]));
  let changed = false;
  const pages = data.pages.map((page) => {
    let touched = false;
    const items = page.items.map((old) => {
      const run = byId.get(old.id);
      if (!run || !isNewer(run, old)) return old;
      touched = true;
      // What is left out of a whole run is not there any more.
      return "tenant_id" in run ? { ...old, ...run, labels: run.labels } : { ...old, ...run };
    });
    changed ||= touched;
    return touched ? { ...page, items } : page;
  });
  return changed ? { ...data, pages } : data;
}

function isNewer(run: News, old: Run): boolean {
  return run.last_event_seq > old.last_event_seq || (run.last_event_seq === old.last_event_seq && "updated_at" in run && run.updated_at > old.updated_at);
}

/** Runs that the list does not have and would show above its first row, the newest first. */
export function unknownAbove(data: Pages, news: readonly News[], filter: Filter): Run[] {
  const first = data.pages[0]?.items[0]?.id ?? "";
  const known = new Set(data.pages[0]?.items.map((run) => run.id));
  const found = new Map<string, Run>();
  for (const run of news) if ("tenant_id" in run && run.id > first && !known.has(run.id) && matches(run, filter)) found.set(run.id, run);
  return [...found.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
}

/**
 * Lets go of rows that a first page read anew does not have any more, as far down as it reaches: they have left the list.
 * @param known Rows that the list had when the page was asked for; what came since may be newer than the page.
 */
export function without(data: Pages, page: RunPage, known: ReadonlySet<string>): Pages {
  const there = new Set(page.items.map((run) => run.id));
  const end = page.next_cursor === null ? "" : (page.items.at(-1)?.id ?? "");
  const stays = (run: Run) => run.id < end || there.has(run.id) || !known.has(run.id);
  return data.pages.every((each) => each.items.every(stays)) ? data : { ...data, pages: data.pages.map((each) => ({ ...each, items: each.items.filter(stays) })) };
}

/** Puts new runs on top and lets go of rows that the filter no longer wants. */
export function prepend(data: Pages, runs: readonly Run[], filter: Filter): Pages {
  const [head, ...rest] = data.pages;
  if (!head) return data;
  const known = new Set(head.items.map((run) => run.id));
  const fresh = runs.filter((run) => !known.has(run.id));
  const keep = (page: RunPage): RunPage => {
    const items = page.items.filter((run) => matches(run, filter));
    return items.length === page.items.length ? page : { ...page, items, count: items.length };
  };
  const top = keep(head);
  const items = [...fresh, ...top.items].sort((a, b) => (a.id < b.id ? 1 : -1));
  return { ...data, pages: [{ ...top, items, count: items.length }, ...rest.map(keep)] };
}
