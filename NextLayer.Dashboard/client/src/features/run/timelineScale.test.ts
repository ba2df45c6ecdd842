import { describe, expect, it } from "vitest";
import { readDefinition } from "@/shared/graph/definition";
import type { Attempt, RunView } from "./fold";
import { criticalPath, scaleOf } from "./timelineScale";

const attempt = (stepId: string, startedAt: number, finishedAt: number | null, waitingSince: number | null = null) => ({ stepId, startedAt, finishedAt, waitingSince }) as Attempt;
const viewOf = (...attempts: Attempt[]) => ({ attempts }) as unknown as RunView;

describe("scaleOf", () => {
  const view = viewOf(attempt("a", 0, 100), attempt("b", 900, 1000));

  it("lays time out evenly when nothing is to be left out", () => {
    const scale = scaleOf(view, 0, 1000, false);
    expect([scale.at(0), scale.at(500), scale.at(1000)]).toEqual([0, 0.5, 1]);
    expect(scale.cuts).toEqual([]);
  });
  it("draws a long stretch without work short, and all in order", () => {
    const scale = scaleOf(view, 0, 1000, true);
    expect(scale.cuts).toEqual([{ from: 100, to: 900 }]);
    expect(scale.shown).toBe(200);
    expect(scale.at(100)).toBeCloseTo(100 / 210);
    expect(scale.at(900)).toBeCloseTo(110 / 210);
    expect(scale.at(1000)).toBeCloseTo(1);
    const places = [0, 50, 100, 300, 600, 899, 900, 950, 1000].map(scale.at);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });
  it("takes waiting for no work", () => expect(scaleOf(viewOf(attempt("a", 0, 1000, 10)), 0, 1000, true).cuts).toEqual([{ from: 10, to: 1000 }]));
  it("marks no time within what was left out", () => {
    const ticks = scaleOf(view, 0, 1000, true).ticks(5);
    expect(ticks.filter((tick) => tick > 100 && tick < 900)).toEqual([]);
    expect(ticks.length).toBeLessThan(10);
    expect(ticks).toContain(900);
  });
  it("bears a run of no time at all", () => expect(scaleOf(viewOf(), 5, 5, true).at(5)).toBe(0));
});

describe("criticalPath", () => {
  it("goes back from the last step along those that ended last", () => {
    const graph = readDefinition({ steps: ["a", { id: "slow", needs: ["a"] }, { id: "fast", needs: ["a"] }, { id: "end", needs: ["slow", "fast"] }] });
    const view = viewOf(attempt("a", 0, 10), attempt("slow", 10, 90), attempt("fast", 10, 20), attempt("end", 90, 95));
    expect([...criticalPath(view, graph)]).toEqual(["end", "slow", "a"]);
  });
  it("is empty before anything has ended", () => expect(criticalPath(viewOf(attempt("a", 0, null)), { nodes: [], edges: [] }).size).toBe(0));
});
