import type { JsonObject } from "@/shared/api/types";
import { readDefinition, type Graph, type GraphEdge } from "@/shared/graph/definition";

export type Mark = "added" | "removed" | "changed" | "same";

export interface Difference {
  steps: { id: string; label: string; mark: Exclude<Mark, "same">; what: string[] }[];
  edges: { text: string; mark: "added" | "removed" }[];
}

/** What the second definition does differently from the first. Places on the drawing do not count. */
export function compare(before: JsonObject | null, after: JsonObject | null): Difference {
  const a = readDefinition(before);
  const b = readDefinition(after);
  const steps: Difference["steps"] = [];
  for (const node of b.nodes) {
    const old = a.nodes.find((each) => each.id === node.id);
    if (!old) steps.push({ id: node.id, label: node.label, mark: "added", what: [] });
    else {
      const what = changedPaths(withoutPlace(old.data, old.type), withoutPlace(node.data, node.type));
      if (what.length > 0) steps.push({ id: node.id, label: node.label, mark: "changed", what });
    }
  }
  for (const node of a.nodes) if (!b.nodes.some((each) => each.id === node.id)) steps.push({ id: node.id, label: node.label, mark: "removed", what: [] });
  return { steps, edges: [...edgesOnlyIn(b, a, "added"), ...edgesOnlyIn(a, b, "removed")] };
}

export interface Combined {
  graph: Graph;
  marks: ReadonlyMap<string, Mark>;
  /** By the id that an edge has in the combined graph. */
  edges: ReadonlyMap<string, Mark>;
}

/** One graph of both definitions, without places: what was removed is drawn too. */
export function combine(before: JsonObject | null, after: JsonObject | null): Combined {
  const a = readDefinition(before);
  const b = readDefinition(after);
  const marks = new Map<string, Mark>(b.nodes.map((node) => [node.id, "same"]));
  for (const step of compare(before, after).steps) marks.set(step.id, step.mark);
  const key = (edge: GraphEdge) => `${edge.source}:${edge.port ?? "out"}:${edge.target}`;
  const all = new Map<string, Mark>();
  for (const edge of b.edges) all.set(key(edge), a.edges.some((each) => key(each) === key(edge)) ? "same" : "added");
  for (const edge of a.edges) if (!all.has(key(edge))) all.set(key(edge), "removed");
  const nodes = [...b.nodes, ...a.nodes.filter((node) => marks.get(node.id) === "removed")].map((node) => ({ ...node, position: null }));
  const edges = [...new Map([...b.edges, ...a.edges].map((edge) => [key(edge), { ...edge, id: key(edge) }])).values()];
  return { graph: { nodes, edges }, marks, edges: all };
}

export function isSame({ steps, edges }: Difference): boolean {
  return steps.length === 0 && edges.length === 0;
}

function withoutPlace(data: JsonObject, type: string): JsonObject {
  return { ...data, type };
}

function edgesOnlyIn(one: Graph, other: Graph, mark: "added" | "removed"): Difference["edges"] {
  const key = (edge: GraphEdge) => `${edge.source}${edge.port && edge.port !== "out" ? ` (${edge.port})` : ""} → ${edge.target}`;
  const known = new Set(other.edges.map(key));
  return one.edges.filter((edge) => !known.has(key(edge))).map((edge) => ({ text: key(edge), mark }));
}

/** Paths at which two values differ, as `config.url`. */
export function changedPaths(a: unknown, b: unknown, path = ""): string[] {
  if (Object.is(a, b)) return [];
  if (a !== null && b !== null && typeof a === "object" && typeof b === "object" && Array.isArray(a) === Array.isArray(b)) {
    const names = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...names].flatMap((name) => changedPaths((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name], path ? `${path}.${name}` : name));
  }
  return [path];
}
