import { useReactFlow, useStore, type ReactFlowInstance } from "@xyflow/react";
import { useEffect, useRef } from "react";

/** How much of the frame stays free round a drawing that is fitted into it. */
export const FIT = { padding: 0.08, maxZoom: 1.1 };
/** Below it nobody can read what stands in the steps. */
const LEGIBLE = 0.6;
/** A phone's frame, in pixels. */
const NARROW = 520;

/** Brings the whole drawing into sight, or, where it would be too small to read, the step that is worked on. */
export function fitDrawing(flow: Pick<ReactFlowInstance, "fitView" | "getNodes" | "getNodesBounds">, frame: { width: number; height: number }, focusId?: string | undefined): void {
  const bounds = flow.getNodesBounds(flow.getNodes());
  const zoom = Math.min(frame.width / Math.max(1, bounds.width), frame.height / Math.max(1, bounds.height)) * (1 - 2 * FIT.padding);
  if (focusId && zoom < LEGIBLE && flow.getNodes().some((node) => node.id === focusId)) void flow.fitView({ nodes: [{ id: focusId }], padding: 0.5, maxZoom: 0.85 });
  // Its beginning rather than a whole that nobody can read.
  else if (zoom < LEGIBLE && frame.width < NARROW && flow.getNodes().length > 0) void flow.fitView({ nodes: [{ id: leftmost(flow.getNodes()) }], padding: 0.5, maxZoom: 0.85 });
  else void flow.fitView(FIT);
}

function leftmost(nodes: readonly { id: string; position: { x: number } }[]): string {
  return nodes.reduce((first, each) => (each.position.x < first.position.x ? each : first)).id;
}

/** Keeps the drawing in sight when its frame grows or shrinks, as it does when a panel opens beside it. */
export function FitOnResize({ focusId }: { focusId?: string | undefined }) {
  const flow = useReactFlow();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const before = useRef(0);
  useEffect(() => {
    if (before.current > 0 && width > 0 && width !== before.current) fitDrawing(flow, { width, height }, focusId);
    before.current = width;
  }, [flow, width, height, focusId]);
  return null;
}
