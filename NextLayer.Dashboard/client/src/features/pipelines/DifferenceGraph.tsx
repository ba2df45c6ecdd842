import { lazy, Suspense, useMemo } from "react";
import type { JsonObject } from "@/shared/api/types";
import { SkeletonRows } from "@/shared/ui/States";
import { combine } from "./compare";

const GraphView = lazy(() => import("@/features/run/GraphView"));

/** Both definitions in one drawing: what is new, what is gone, what was changed. */
export function DifferenceGraph({ before, after }: { before: JsonObject | null; after: JsonObject | null }) {
  const { graph, marks, edges } = useMemo(() => combine(before, after), [before, after]);
  return (
    <div className="h-72 overflow-hidden rounded-xl border border-line bg-surface">
      <Suspense fallback={<SkeletonRows rows={4} />}>
        <GraphView graph={graph} view={null} marks={marks} edgeMarks={edges} />
      </Suspense>
    </div>
  );
}
