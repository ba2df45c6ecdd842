import { useReactFlow, useStore } from "@xyflow/react";
import { useEffect, useRef } from "react";

/** How much of the frame stays free round a drawing that is fitted into it. */
export const FIT = { padding: 0.08, maxZoom: 1.1 };

/** Keeps the whole drawing in sight when its frame grows or shrinks, as it does when a panel opens beside it. */
export function FitOnResize() {
  const flow = useReactFlow();
  const width = useStore((state) => state.width);
  const before = useRef(0);
  useEffect(() => {
    if (before.current > 0 && width > 0 && width !== before.current) void flow.fitView(FIT);
    before.current = width;
  }, [flow, width]);
  return null;
}
