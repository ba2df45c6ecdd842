import { expect, it } from "vitest";
import { combine, compare, isSame } from "./compare";

const node = (id: string, url: string, x = 0) => ({ id, type: "http_request", position: { x, y: 0 }, data: { config: { url } } });

it("names what was added, removed and changed, with the path", () => {
  const before = { nodes: [node("a", "1"), node("b", "1")], edges: [{ source: "a", target: "b" }] };
  const after = { nodes: [node("a", "2"), node("c", "1")], edges: [{ source: "a", target: "c", sourceHandle: "error" }] };

  expect(compare(before, after)).toEqual({
    steps: [
      { id: "a", label: "a", mark: "changed", what: ["config.url"] },
      { id: "c", label: "c", mark: "added", what: [] },
      { id: "b", label: "b", mark: "removed", what: [] },
    ],
    edges: [
      { text: "a (error) → c", mark: "added" },
      { text: "a → b", mark: "removed" },
    ],
  });
});

it("sees no difference in where steps are drawn", () =>
  expect(isSame(compare({ nodes: [node("a", "1", 0)], edges: [] }, { nodes: [node("a", "1", 500)], edges: [] }))).toBe(true));

it("draws what is new, gone and changed in one graph", () => {
  const node = (id: string, config = {}) => ({ id, type: "transform", data: { config } });
  const { graph, marks, edges } = combine(
    { nodes: [node("a"), node("b"), node("old")], edges: [{ id: "1", source: "a", target: "b" }, { id: "2", source: "a", target: "old" }] },
    { nodes: [node("a"), node("b", { x: 1 }), node("new")], edges: [{ id: "9", source: "a", target: "b" }, { id: "2", source: "b", target: "new" }] },
  );

  expect(Object.fromEntries(marks)).toEqual({ a: "same", b: "changed", new: "added", old: "removed" });
  expect(graph.nodes.map((each) => each.id)).toEqual(["a", "b", "new", "old"]);
  expect(Object.fromEntries(edges)).toEqual({ "a:out:b": "same", "b:out:new": "added", "a:out:old": "removed" });
  expect(graph.edges.map((each) => each.id).toSorted()).toEqual([...edges.keys()].toSorted());
});
