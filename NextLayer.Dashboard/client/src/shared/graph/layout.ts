import * as dagre from "@dagrejs/dagre";
import type { Graph } from "./definition";

export const NODE_WIDTH = 208;
export const NODE_HEIGHT = 60;

export type Positions = Map<string, { x: number; y: number }>;

/** Places for all steps, from left to right, such that edges cross little. The same graph always gets the same places. */
export function layout(graph: Graph, direction: "LR" | "TB" = "LR"): Positions {
  const found = place(graph, direction);
  if (swaps(graph, found, direction) === 0) return found;
  // The same drawing seen in a mirror has the ways of a branch in the other order.
  const mirrored = place({ nodes: graph.nodes.toReversed(), edges: graph.edges.toReversed() }, direction);
  return swaps(graph, mirrored, direction) < swaps(graph, found, direction) ? mirrored : found;
}

/** How often the ways out of a step are drawn in another order than their edges stand in. */
function swaps(graph: Graph, places: Positions, direction: "LR" | "TB"): number {
  const axis = direction === "LR" ? "y" : "x";
  let wrong = 0;
  for (const [index, edge] of graph.edges.entries())
    for (const later of graph.edges.slice(index + 1))
      if (later.source === edge.source && later.target !== edge.target && (places.get(later.target)?.[axis] ?? 0) < (places.get(edge.target)?.[axis] ?? 0)) wrong++;
  return wrong;
}

function place(graph: Graph, direction: "LR" | "TB"): Positions {
  const drawing = new dagre.graphlib.Graph({ multigraph: true });
  drawing.setGraph({ rankdir: direction, nodesep: 28, ranksep: 72, marginx: 8, marginy: 8 });
  drawing.setDefaultEdgeLabel(() => ({}));
  for (const node of graph.nodes) drawing.setNode(node.id, { width: NODE_WIDTH, height: NODE_HEIGHT });
  for (const edge of graph.edges) if (drawing.hasNode(edge.source) && drawing.hasNode(edge.target)) drawing.setEdge(edge.source, edge.target, {}, edge.id);
  dagre.layout(drawing);
  return new Map(
    graph.nodes.map((node) => {
      const { x, y } = drawing.node(node.id) as { x: number; y: number };
      return [node.id, { x: Math.round(x - NODE_WIDTH / 2), y: Math.round(y - NODE_HEIGHT / 2) }];
    }),
  );
}

/** Where each step was drawn, when somebody drew all of them and none on top of another; else laid out anew. */
export function placesOf(graph: Graph): Positions {
  const drawn = new Map(graph.nodes.flatMap((node) => (node.position ? [[node.id, node.position] as const] : [])));
  const taken = new Set([...drawn.values()].map(({ x, y }) => `${Math.round(x / 20)},${Math.round(y / 20)}`));
  return drawn.size === graph.nodes.length && taken.size === drawn.size ? drawn : layout(graph);
}
