import { queryOptions } from "@tanstack/react-query";
import { get, toQuery } from "./http";

/** Steps of a run by what is known of them. */
export interface StepCounts {
  total: number;
  pending: number;
  running: number;
  waiting: number;
  completed: number;
  failed: number;
  skipped: number;
  cancelled: number;
}

/** Items of a for-each step. */
export interface ForEachCounts {
  step_id: string;
  total: number;
  pending: number;
  running: number;
  succeeded: number;
  failed: number;
}

export interface Standing {
  run_id: string;
  last_event_seq: number;
  progress: StepCounts;
  for_each: ForEachCounts[];
}

const MOST = 100;
/** Rows that come into sight together are asked about together. */
const GATHER_MS = 20;

interface Wish {
  id: string;
  resolve: (standing: Standing | null) => void;
  reject: (reason: unknown) => void;
}

let wishes: Wish[] = [];

function ask(id: string): Promise<Standing | null> {
  return new Promise((resolve, reject) => {
    if (wishes.length === 0) setTimeout(() => void send(), GATHER_MS);
    wishes.push({ id, resolve, reject });
  });
}

async function send() {
  const all = wishes;
  wishes = [];
  for (let from = 0; from < all.length; from += MOST) {
    const part = all.slice(from, from + MOST);
    try {
      const found = await get<Standing[]>(`/api/runs/progress${toQuery({ run_id: [...new Set(part.map((wish) => wish.id))] })}`);
      const byId = new Map(found.map((standing) => [standing.run_id, standing]));
      for (const wish of part) wish.resolve(byId.get(wish.id) ?? null);
    } catch (reason) {
      for (const wish of part) wish.reject(reason);
    }
  }
}

/** How far a run is; null when it is gone. The steps are as they were while `seq` or a later event was the newest. */
export const progressQuery = (id: string, seq: number) =>
  queryOptions({
    queryKey: ["progress", id, seq],
    queryFn: () => ask(id),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
