import type { Json, JsonObject } from "../api/types";

/** A step in the drawing: what React Flow saves, brought into one form. */
export interface GraphNode {
  id: string;
  type: string;
  label: string;
  config: JsonObject;
  /** All of `data`, with what we do not know. */
  data: JsonObject;
  position: { x: number; y: number } | null;
}

export interface GraphEdge {
  id: string;
  source: string;
  target: string;
  /** Port the edge leaves by; null for the ordinary one. */
  port: string | null;
}

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

/** Reads both forms of a definition: nodes and edges, or a sequence of steps. What cannot be read is left out. */
export function readDefinition(definition: JsonObject | null | undefined): Graph {
  if (!definition) return { nodes: [], edges: [] };
  return Array.isArray(definition.steps) && !Array.isArray(definition.nodes) ? readSteps(definition.steps) : readNodes(definition);
}

function readNodes(definition: JsonObject): Graph {
  const nodes = objects(definition.nodes).flatMap((node): GraphNode[] => {
    const id = text(node.id);
    if (id === null) return [];
    const data = object(node.data) ?? {};
    const type = text(data.type) ?? text(node.type) ?? "noop";
    const position = object(node.position);
    return [
      {
        id,
        type,
        label: text(data.label) ?? id,
        config: object(data.config) ?? {},
        data,
        position: position && typeof position.x === "number" && typeof position.y === "number" ? { x: position.x, y: position.y } : null,
      },
    ];
  });
  const edges = objects(definition.edges).flatMap((edge, index): GraphEdge[] => {
    const source = text(edge.source);
    const target = text(edge.target);
    if (source === null || target === null) return [];
    return [{ id: text(edge.id) ?? `${source}-${target}-${index}`, source, target, port: text(edge.sourceHandle) }];
  });
  return { nodes, edges };
}

function readSteps(steps: Json[]): Graph {
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  let before: string | null = null;
  for (const step of steps) {
    const given = object(step);
    const id = typeof step === "string" ? step : text(given?.id);
    if (id === null) continue;
    const config = object(given?.config) ?? {};
    const type = text(given?.type) ?? "noop";
    nodes.push({ id, type, label: text(given?.label) ?? text(given?.name) ?? id, config, data: { ...(given ?? {}), type, config }, position: null });
    const needs = given && "needs" in given ? (Array.isArray(given.needs) ? given.needs : given.needs === null ? [] : [given.needs]).map(String) : before === null ? [] : [before];
    for (const need of needs) {
      const [source, port] = need.split(":", 2) as [string, string | undefined];
      edges.push({ id: `${need}-${id}`, source, target: id, port: port ?? null });
    }
    before = id;
  }
  return { nodes, edges };
}

function objects(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.map(object).filter((item) => item !== null) : [];
}

export function object(value: Json | undefined): JsonObject | null {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? value : null;
}

function text(value: Json | undefined): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
