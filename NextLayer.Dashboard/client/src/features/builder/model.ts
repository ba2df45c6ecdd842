import type { JsonObject, StepType } from "@/shared/api/types";
import { object, readDefinition, type Graph, type GraphEdge, type GraphNode } from "@/shared/graph/definition";
import { layout, placesOf } from "@/shared/graph/layout";

/** A definition while it is drawn. `rest` holds the keys of the definition that we do not know. */
export interface Draft {
  nodes: readonly GraphNode[];
  edges: readonly GraphEdge[];
  rest: JsonObject;
}

const OURS = new Set(["nodes", "edges", "steps"]);

export function toDraft(definition: JsonObject): Draft {
  const graph = readDefinition(definition);
  const places = placesOf(graph);
  return {
    nodes: graph.nodes.map((node) => ({ ...node, position: places.get(node.id) ?? { x: 0, y: 0 } })),
    edges: graph.edges,
    rest: Object.fromEntries(Object.entries(definition).filter(([name]) => !OURS.has(name))),
  };
}

/** The canonical form, as it is saved. */
export function toDefinition({ nodes, edges, rest }: Draft): JsonObject {
  return {
    ...rest,
    nodes: nodes.map((node) => ({
      id: node.id,
      type: node.type,
      position: { x: Math.round(node.position?.x ?? 0), y: Math.round(node.position?.y ?? 0) },
      data: { ...node.data, type: node.type, label: node.label, config: node.config },
    })),
    edges: edges.map((edge) => ({ id: edge.id, source: edge.source, target: edge.target, ...(edge.port ? { sourceHandle: edge.port } : {}) })),
  };
}

/** A name for a step that no other has: `http_request`, `http_request_2`. */
export function freeId(base: string, taken: ReadonlySet<string>): string {
  const root = base.replaceAll(/[^A-Za-z0-9_-]/g, "_") || "step";
  if (!taken.has(root)) return root;
  const stem = root.replace(/_\d+$/, "");
  for (let number = 2; ; number++) if (!taken.has(`${stem}_${number}`)) return `${stem}_${number}`;
}

export function addStep(draft: Draft, type: StepType, position: { x: number; y: number }): { draft: Draft; id: string } {
  const id = freeId(type.type, new Set(draft.nodes.map((node) => node.id)));
  const node: GraphNode = { id, type: type.type, label: id === type.type ? type.label : `${type.label} ${id.split("_").at(-1)}`, config: defaultConfig(type), data: {}, position };
  return { draft: { ...draft, nodes: [...draft.nodes, node] }, id };
}

function defaultConfig(type: StepType): JsonObject {
  const config: JsonObject = {};
  for (const [name, property] of Object.entries(object(type.config_schema.properties) ?? {})) {
    const usual = object(property);
    // Only what must be said anyway: the rest is the engine's to fill in.
    if (usual && "default" in usual && Array.isArray(type.config_schema.required) && type.config_schema.required.includes(name)) config[name] = usual.default ?? null;
  }
  return config;
}

export function removeParts(draft: Draft, nodeIds: ReadonlySet<string>, edgeIds: ReadonlySet<string>): Draft {
  return {
    ...draft,
    nodes: draft.nodes.filter((node) => !nodeIds.has(node.id)),
    edges: draft.edges.filter((edge) => !edgeIds.has(edge.id) && !nodeIds.has(edge.source) && !nodeIds.has(edge.target)),
  };
}

/** Null when the steps are the same, joined already, or the way would lead back to where it came from. */
export function connect(draft: Draft, source: string, target: string, port: string | null): Draft | null {
  if (source === target || leadsTo(draft.edges, target, source)) return null;
  const plain = port === "out" ? null : port;
  if (draft.edges.some((edge) => edge.source === source && edge.target === target && edge.port === plain)) return null;
  const id = freeId(`${source}-${plain ?? "out"}-${target}`, new Set(draft.edges.map((edge) => edge.id)));
  return { ...draft, edges: [...draft.edges, { id, source, target, port: plain }] };
}

function leadsTo(edges: readonly GraphEdge[], from: string, to: string): boolean {
  const seen = new Set([from]);
  const queue = [from];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if (at === to) return true;
    for (const edge of edges) if (edge.source === at && !seen.has(edge.target)) {
      seen.add(edge.target);
      queue.push(edge.target);
    }
  }
  return false;
}

export function changeStep(draft: Draft, id: string, change: Partial<Pick<GraphNode, "label" | "config" | "data" | "position">>): Draft {
  return { ...draft, nodes: draft.nodes.map((node) => (node.id === id ? { ...node, ...change } : node)) };
}

/** Gives a step another name, and follows it in edges and templates. */
export function renameStep(draft: Draft, id: string, to: string): Draft | null {
  if (id === to) return draft;
  if (!/^[A-Za-z0-9_-]{1,63}$/.test(to) || draft.nodes.some((node) => node.id === to)) return null;
  const word = new RegExp(`(\\{\\{[^}]*?|steps\\.)\\b${id.replaceAll("-", "\\-")}\\b(?=[.\\s}\\[])`, "g");
  const follow = <T,>(value: T): T => JSON.parse(JSON.stringify(value).replace(word, `$1${to}`)) as T;
  return {
    ...draft,
    nodes: draft.nodes.map((node) => ({ ...node, id: node.id === id ? to : node.id, label: node.id === id && node.label === id ? to : node.label, config: follow(node.config), data: follow(node.data) })),
    edges: draft.edges.map((edge) => ({ ...edge, source: edge.source === id ? to : edge.source, target: edge.target === id ? to : edge.target })),
  };
}

export function arrange(draft: Draft): Draft {
  const places = layout({ nodes: [...draft.nodes], edges: [...draft.edges] });
  return { ...draft, nodes: draft.nodes.map((node) => ({ ...node, position: places.get(node.id) ?? node.position })) };
}

/** Steps and the edges among them, as text for the clipboard. */
export function copySteps(draft: Draft, ids: ReadonlySet<string>): string {
  const part = { nodes: draft.nodes.filter((node) => ids.has(node.id)), edges: draft.edges.filter((edge) => ids.has(edge.source) && ids.has(edge.target)), rest: {} };
  return JSON.stringify(toDefinition(part), null, 2);
}

/** Puts copied steps beside what is there, under free names. Null when the text holds no steps. */
export function pasteSteps(draft: Draft, text: string): { draft: Draft; ids: string[] } | null {
  let graph: Graph;
  try {
    graph = readDefinition(object(JSON.parse(text)));
  } catch {
    return null;
  }
  if (graph.nodes.length === 0) return null;
  const places = placesOf(graph);
  const taken = new Set(draft.nodes.map((node) => node.id));
  const names = new Map<string, string>();
  for (const node of graph.nodes) {
    const id = freeId(node.id, taken);
    taken.add(id);
    names.set(node.id, id);
  }
  const nodes = graph.nodes.map((node) => {
    const place = places.get(node.id) ?? { x: 0, y: 0 };
    return { ...node, id: names.get(node.id)!, position: { x: place.x + 40, y: place.y + 40 } };
  });
  const edgeIds = new Set(draft.edges.map((edge) => edge.id));
  const edges = graph.edges.flatMap((edge) => {
    const source = names.get(edge.source);
    const target = names.get(edge.target);
    if (!source || !target) return [];
    const id = freeId(`${source}-${edge.port ?? "out"}-${target}`, edgeIds);
    edgeIds.add(id);
    return [{ id, source, target, port: edge.port }];
  });
  return { draft: { ...draft, nodes: [...draft.nodes, ...nodes], edges: [...draft.edges, ...edges] }, ids: nodes.map((node) => node.id) };
}

/** Ports a step's edges may leave by: the type's own, or those its config makes. */
export function portsOf(node: GraphNode, type: StepType | undefined): string[] {
  if (node.type === "condition") return node.config.mode === "switch" ? [...texts(node.config.cases, "port"), "default"] : ["true", "false"];
  const classes = node.type === "llm_call" && node.config.mode === "classify" ? names(node.config.classes) : [];
  const own = (type?.output_ports ?? ["out"]).filter((port) => port !== "error");
  const ports = classes.length > 0 ? classes : own;
  return node.data.on_error === "branch" ? [...ports, "error"] : ports;
}

function texts(value: unknown, name: string): string[] {
  return Array.isArray(value) ? value.flatMap((item: unknown) => (item && typeof item === "object" && typeof (item as JsonObject)[name] === "string" ? [(item as Record<string, string>)[name]!] : [])) : [];
}

function names(value: unknown): string[] {
  return Array.isArray(value) ? value.flatMap((item: unknown) => (typeof item === "string" ? [item] : texts([item], "name"))) : [];
}

/** Steps whose results a step can use: all that lead to it. */
export function upstreamOf(draft: Pick<Draft, "edges">, id: string): string[] {
  const found = new Set<string>();
  const queue = [id];
  for (let at = queue.pop(); at !== undefined; at = queue.pop())
    for (const edge of draft.edges)
      if (edge.target === at && !found.has(edge.source) && edge.source !== id) {
        found.add(edge.source);
        queue.push(edge.source);
      }
  return [...found];
}

/** A step with all that lead to it, and nothing else. */
export function partUpTo(draft: Draft, id: string): Draft {
  const kept = new Set([id, ...upstreamOf(draft, id)]);
  return { ...draft, nodes: draft.nodes.filter((node) => kept.has(node.id)), edges: draft.edges.filter((edge) => kept.has(edge.source) && kept.has(edge.target)) };
}
