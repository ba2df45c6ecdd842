import { describe, expect, it } from "vitest";
import { readDefinition } from "@/shared/graph/definition";
import type { Attempt, RunView } from "./fold";
import { criticalPath, scaleOf } from "./timelineScale";

const attempt = (stepId: string, startedAt: number, finishedAt: number | null, waitingSince: number | null = null) => ({ stepId, startedAt, finishedAt, waitingSince }) as Attempt;
const viewOf = (...attempts: Attempt[]) => ({ attempts }) as unknown as RunView;

describe("scaleOf", () => {
  const view = viewOf(attempt("a", 0, 10000), attempt("b", 90000, 100000));

  it("lays time out evenly when nothing is to be left out", () => {
    const scale = scaleOf(view, 0, 100000, false);
    expect([scale.at(0), scale.at(50000), scale.at(100000)]).toEqual([0, 0.5, 1]);
    expect(scale.cuts).toEqual([]);
  });
  it("draws a long stretch without work short, and all in order", () => {
    const scale = scaleOf(view, 0, 100000, true);
    expect(scale.cuts).toEqual([{ from: 10000, to: 90000 }]);
    expect(scale.shown).toBe(20000);
    expect(scale.at(10000)).toBeCloseTo(100 / 210);
    expect(scale.at(90000)).toBeCloseTo(110 / 210);
    expect(scale.at(100000)).toBeCloseTo(1);
    const places = [0, 5000, 10000, 30000, 60000, 89900, 90000, 95000, 100000].map(scale.at);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });
  it("leaves short pauses as they are", () => expect(scaleOf(viewOf(attempt("a", 0, 10), attempt("b", 1500, 1510)), 0, 1510, true).cuts).toEqual([]));
  it("takes waiting for no work", () => expect(scaleOf(viewOf(attempt("a", 0, 100000, 1000)), 0, 100000, true).cuts).toEqual([{ from: 1000, to: 100000 }]));
  it("takes items that are drawn for work", () => expect(scaleOf(viewOf(attempt("a", 0, 100000, 1000)), 0, 100000, true, [{ from: 900, to: 100000 }]).cuts).toEqual([]));
  it("marks no time within what was left out, nor close beside it", () => {
    const ticks = scaleOf(view, 0, 100000, true).ticks(5);
    expect(ticks).toEqual([0, 5000, 10000, 95000, 100000]);
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
