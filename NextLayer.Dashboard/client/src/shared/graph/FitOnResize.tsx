import { useReactFlow, useStore } from "@xyflow/react";
import { useEffect, useRef } from "react";

/** Keeps the whole drawing in sight when its frame grows or shrinks, as it does when a panel opens beside it. */
export function FitOnResize() {
  const flow = useReactFlow();
  const width = useStore((state) => state.width);
  const before = useRef(0);
  useEffect(() => {
    if (before.current > 0 && width > 0 && width !== before.current) void flow.fitView({ padding: 0.15, maxZoom: 1.1 });
    before.current = width;
  }, [flow, width]);
  return null;
}
