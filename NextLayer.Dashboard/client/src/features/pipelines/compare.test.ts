import { expect, it } from "vitest";
import { compare, isSame } from "./compare";

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
