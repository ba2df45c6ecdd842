import type { Graph } from "@/shared/graph/definition";
import type { RunView } from "./fold";
import { ticksOf } from "./timelineRows";

interface Stretch {
  from: number;
  to: number;
}

export interface Scale {
  /** Where a time stands, from 0 at the left to 1 at the right. */
  at: (time: number) => number;
  /** Stretches in which no step ran, drawn short. */
  cuts: readonly Stretch[];
  /** Milliseconds that are drawn to scale. */
  shown: number;
  ticks: (wanted: number) => number[];
}

/** A stretch without work is long from this part of the whole on, and from so many milliseconds … */
const IDLE_SHARE = 0.1;
const IDLE_LEAST = 2_000;
/** … and is then drawn as wide as this part of the rest. */
const CUT_SHARE = 0.05;

/**
 * How time is laid out. Long stretches in which nothing ran are drawn short, where that is wanted.
 * @param items Stretches in which items of a for-each ran that are drawn too.
 */
export function scaleOf(view: RunView, start: number, end: number, collapse: boolean, items: readonly Stretch[] = []): Scale {
  const cuts = collapse ? idleOf(view, start, end, items) : [];
  const shown = Math.max(1, end - start - cuts.reduce((sum, cut) => sum + cut.to - cut.from, 0));
  const cutWidth = shown * CUT_SHARE;
  const whole = shown + cuts.length * cutWidth;
  const at = (time: number) => {
    let place = Math.min(Math.max(time, start), end) - start;
    for (const cut of cuts) {
      if (time <= cut.from) break;
      const inside = Math.min(time, cut.to) - cut.from;
      place += (inside / (cut.to - cut.from)) * cutWidth - inside;
    }
    return place / whole;
  };
  const ticks = (wanted: number) => {
    const step = ticksOf(shown, wanted)[1] ?? shown;
    const kept = [start, ...cuts.flatMap((cut) => [cut.from, cut.to]), end];
    const found: number[] = [];
    for (let index = 0; index + 1 < kept.length; index += 2)
      for (let tick = Math.ceil((kept[index]! - start) / step) * step; tick <= kept[index + 1]! - start; tick += step) found.push(tick);
    // Beside a stretch that is drawn short, marks would stand on each other.
    return found.filter((tick, index) => index === 0 || at(start + tick) - at(start + found[index - 1]!) > 0.6 / wanted);
  };
  return { at, cuts, shown, ticks };
}

function idleOf(view: RunView, start: number, end: number, items: readonly Stretch[]): Stretch[] {
  const busy = [...items, ...view.attempts.map((each) => ({ from: each.startedAt, to: each.waitingSince ?? each.finishedAt ?? end }))].toSorted((a, b) => a.from - b.from);
  const idle: Stretch[] = [];
  let reached = start;
  for (const each of [...busy, { from: end, to: end }]) {
    if (each.from - reached > Math.max(IDLE_LEAST, (end - start) * IDLE_SHARE)) idle.push({ from: reached, to: each.from });
    reached = Math.max(reached, each.to);
  }
  return idle;
}

/** The steps that decided when the run ended: the last to end, before it the last that it waited for, and so on. */
export function criticalPath(view: RunView, graph: Graph): ReadonlySet<string> {
  const ended = new Map<string, number>();
  for (const each of view.attempts) if (each.finishedAt !== null) ended.set(each.stepId, Math.max(each.finishedAt, ended.get(each.stepId) ?? 0));
  const latest = (ids: Iterable<string>) => [...ids].filter((id) => ended.has(id)).reduce<string | undefined>((best, id) => (best === undefined || ended.get(id)! > ended.get(best)! ? id : best), undefined);
  const path = new Set<string>();
  for (let at = latest(ended.keys()); at !== undefined && !path.has(at); at = latest(graph.edges.filter((edge) => edge.target === at).map((edge) => edge.source))) path.add(at);
  return path;
}
