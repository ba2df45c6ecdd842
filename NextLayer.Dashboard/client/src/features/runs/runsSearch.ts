import type { RunStatus } from "@/shared/api/types";
import { RUN_STATUSES } from "@/shared/status/status";
import { choice, many, one, type Search } from "@/shared/url/search";
import { MOST_LABELS, wrongWithPair } from "./labels";

export const WINDOWS = ["1h", "24h", "7d", "30d", "all"] as const;
export type Window = (typeof WINDOWS)[number];

/** The API takes no longer one. */
export const LONGEST_MS = 366 * 24 * 3_600_000;

/** What the list shows: `?status=FAILED&status=RUNNING&pipeline=…&window=24h&q=timeout`. */
export interface RunsSearch {
  status?: RunStatus[] | undefined;
  pipeline?: string | undefined;
  version?: string | undefined;
  trigger?: string | undefined;
  worker?: string | undefined;
  /** `key=value`, all of which a run must have. */
  label?: string[] | undefined;
  /** Finished runs that took at least so long, in milliseconds. */
  longer?: number | undefined;
  q?: string | undefined;
  window?: Window | undefined;
  /** A range of creation times, instead of a window up to now. */
  after?: string | undefined;
  before?: string | undefined;
}

/** Whether statistics can count what the list shows: they know pipelines and times, and no other filter. */
export function isCounted({ version, trigger, worker, label, longer, q }: RunsSearch): boolean {
  return [version, trigger, worker, label, longer, q].every((filter) => filter === undefined);
}

export function readRunsSearch(search: Search): RunsSearch {
  const status = many(search, "status")?.filter((word): word is RunStatus => (RUN_STATUSES as readonly string[]).includes(word));
  return {
    status: status && status.length > 0 ? status : undefined,
    pipeline: one(search, "pipeline"),
    version: one(search, "version"),
    trigger: one(search, "trigger"),
    worker: one(search, "worker")?.slice(0, 200),
    label: pairs(many(search, "label")),
    longer: milliseconds(one(search, "longer")),
    q: one(search, "q")?.slice(0, 200),
    window: choice(search, "window", WINDOWS),
    after: time(search, "after"),
    before: time(search, "before"),
  };
}

function pairs(texts: string[] | undefined): string[] | undefined {
  const good = [...new Set(texts)].filter((text) => wrongWithPair(text) === null).slice(0, MOST_LABELS);
  return good.length > 0 ? good : undefined;
}

function milliseconds(text: string | undefined): number | undefined {
  const value = Number(text);
  return text !== undefined && Number.isInteger(value) && value > 0 && value <= LONGEST_MS ? value : undefined;
}

function time(search: Search, name: string): string | undefined {
  const value = one(search, name);
  return value !== undefined && Number.isFinite(Date.parse(value)) ? value : undefined;
}

const HOUR = 3_600_000;
const LENGTHS: Record<Exclude<Window, "all">, number> = { "1h": HOUR, "24h": 24 * HOUR, "7d": 7 * 24 * HOUR, "30d": 30 * 24 * HOUR };

export function lengthOf(window: Window): number | null {
  return window === "all" ? null : LENGTHS[window];
}

/** The last day, unless another stretch is chosen; an id or a text is looked for in all of time. */
export function windowOf(search: RunsSearch): Window {
  return search.window ?? (search.q ? "all" : "24h");
}

/** The same as `GET /api/runs` asks for it. Windows begin at a whole minute, so that equal questions are asked once. */
export function toApi(search: RunsSearch, tenantId: string | null, now: number) {
  const length = lengthOf(windowOf(search));
  const start = length === null ? undefined : new Date(Math.floor((now - length) / 60_000) * 60_000).toISOString();
  return {
    tenant_id: tenantId ?? undefined,
    status: search.status,
    pipeline_id: search.pipeline,
    pipeline_version_id: search.version,
    trigger_type: search.trigger,
    worker_id: search.worker,
    label: search.label,
    duration_ms_min: search.longer,
    q: search.q,
    created_after: search.after ?? start,
    created_before: search.before,
  };
}

export function hasFilters(search: RunsSearch): boolean {
  return Object.entries(search).some(([name, value]) => value !== undefined && name !== "window");
}
