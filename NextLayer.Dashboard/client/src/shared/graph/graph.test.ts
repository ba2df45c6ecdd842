import { describe, expect, it } from "vitest";
import { readDefinition } from "./definition";
import { layout, placesOf } from "./layout";

describe("readDefinition", () => {
  it("reads nodes and edges, the type from data first", () => {
    const graph = readDefinition({
      nodes: [
        { id: "a", type: "step", position: { x: 1, y: 2 }, data: { type: "http_request", label: "Fetch", config: { url: "x" } } },
        { id: "b", type: "transform" },
      ],
      edges: [{ id: "e", source: "a", target: "b", sourceHandle: "error" }],
    });

    expect(graph.nodes.map((n) => [n.id, n.type, n.label])).toEqual([
      ["a", "http_request", "Fetch"],
      ["b", "transform", "b"],
    ]);
    expect(graph.edges).toEqual([{ id: "e", source: "a", target: "b", port: "error" }]);
  });

  it("reads a sequence of steps, with needs and their ports", () => {
    const graph = readDefinition({ steps: ["a", { id: "b", type: "condition" }, { id: "c", needs: ["b:true", "a"] }, { id: "d", needs: [] }] });

    expect(graph.edges.map((e) => [e.source, e.target, e.port])).toEqual([
      ["a", "b", null],
      ["b", "c", "true"],
      ["a", "c", null],
    ]);
  });

  it.each([[null], [{}], [{ nodes: "no", edges: 3 }], [{ nodes: [1, null, { noid: true }] }]])("makes nothing of %j", (definition) =>
    expect(readDefinition(definition as never)).toEqual({ nodes: [], edges: [] }),
  );
});

describe("layout", () => {
  const graph = readDefinition({ steps: ["a", { id: "b", needs: ["a"] }, { id: "c", needs: ["a"] }, { id: "d", needs: ["b", "c"] }] });

  it("goes from left to right along every edge", () => {
    const places = layout(graph);
    for (const edge of graph.edges) expect(places.get(edge.source)!.x).toBeLessThan(places.get(edge.target)!.x);
  });

  it("puts no step on another", () => {
    const places = [...layout(graph).values()];
    expect(new Set(places.map(({ x, y }) => `${x},${y}`)).size).toBe(places.length);
  });

  it("draws the ways of a branch in the order of its edges", () => {
    const edges = (first: string, second: string) => ({
      nodes: ["a", "b", "c", "d"].map((id) => ({ id })),
      edges: [{ source: "a", target: first, sourceHandle: "true" }, { source: "a", target: second, sourceHandle: "false" }, { source: "b", target: "d" }, { source: "c", target: "d" }],
    });
    for (const [first, second] of [["b", "c"], ["c", "b"]] as const) {
      const places = layout(readDefinition(edges(first, second) as never));
      expect(places.get(first)!.y).toBeLessThan(places.get(second)!.y);
    }
  });

  it("bears cycles and edges to nowhere", () => {
    const torn = readDefinition({ nodes: [{ id: "a" }, { id: "b" }], edges: [{ source: "a", target: "b" }, { source: "b", target: "a" }, { source: "b", target: "gone" }] });
    expect(layout(torn).size).toBe(2);
  });

  it("keeps drawn places, but not when steps lie on each other", () => {
    const node = (id: string, x: number) => ({ id, position: { x, y: 0 } });
    expect(placesOf(readDefinition({ nodes: [node("a", 0), node("b", 300)] })).get("b")).toEqual({ x: 300, y: 0 });
    expect(placesOf(readDefinition({ nodes: [node("a", 0), node("b", 0)], edges: [{ source: "a", target: "b" }] })).get("b")).not.toEqual({ x: 0, y: 0 });
  });
});
