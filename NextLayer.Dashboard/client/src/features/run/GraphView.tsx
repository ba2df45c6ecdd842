import { Background, BackgroundVariant, Controls, Handle, MiniMap, Position, ReactFlow, type Edge, type Node, type NodeProps } from "@xyflow/react";
import { useEffect, useMemo, useState } from "react";
import type { Mark } from "@/features/pipelines/compare";
import { MARKS } from "@/features/pipelines/DifferenceView";
import type { ForEachCounts } from "@/shared/api/progress";
import type { StepStatus } from "@/shared/api/types";
import type { Graph } from "@/shared/graph/definition";
import { layout, NODE_HEIGHT, NODE_WIDTH, placesOf } from "@/shared/graph/layout";
import { colorOfType, iconOfType, wordOfType } from "@/shared/graph/stepTypes";
import { STEP_LOOKS } from "@/shared/status/status";
import { text } from "@/shared/text";
import { cx } from "@/shared/ui/cx";
import { FIT, FitOnResize } from "@/shared/graph/FitOnResize";
import { edgeLook } from "./edgeLook";
import type { RunView, StepView } from "./fold";
import { itemWords, StepStateLine, stepBorder } from "./StepStateLine";

type StepNode = Node<{ label: string; type: string; view: StepView | undefined; items: ForEachCounts | undefined; chosen: boolean; quiet: boolean; tall: boolean; mark: Mark | undefined }, "step">;

const NODE_TYPES = { step: StepCard };

interface Props {
  graph: Graph;
  /** Null draws the definition alone. */
  view: RunView | null;
  /** Items of the for-each steps; none where they are not known. */
  forEach?: ReadonlyMap<string, ForEachCounts> | undefined;
  chosen?: string | undefined;
  onChoose?: (stepId: string) => void;
  /** What another version does otherwise, by step and by edge. */
  marks?: ReadonlyMap<string, Mark>;
  edgeMarks?: ReadonlyMap<string, Mark>;
}

export default function GraphView({ graph, view, forEach, chosen, onChoose, marks, edgeMarks }: Props) {
  const [frame, setFrame] = useState<HTMLDivElement | null>(null);
  const tall = useIsNarrow(frame);
  // On a phone a drawing from left to right would be too small to read.
  const places = useMemo(() => (tall ? layout(graph, "TB") : placesOf(graph)), [graph, tall]);
  const nodes = useMemo(
    () =>
      graph.nodes.map((node): StepNode => {
        const step = view?.steps.get(node.id);
        return {
          id: node.id,
          type: "step",
          position: places.get(node.id) ?? { x: 0, y: 0 },
          data: { label: node.label, type: node.type, view: step, items: forEach?.get(node.id), chosen: node.id === chosen, quiet: view === null, tall, mark: marks?.get(node.id) },
          ariaLabel: `${node.label}, ${wordOfType(node.type)}${view ? `, ${STEP_LOOKS[step?.status ?? "pending"].word}` : ""}${itemWords(forEach?.get(node.id), ", ")}`,
          width: NODE_WIDTH,
          height: NODE_HEIGHT,
        };
      }),
    [graph, places, view, forEach, chosen, tall, marks],
  );
  const edges = useMemo(() => graph.edges.map((edge): Edge => ({ id: edge.id, source: edge.source, target: edge.target, className: view ? edgeLook(view, edge.source, edge.target, edge.port) : (edgeMarks?.get(edge.id) ?? ""), ...(edge.port ? { label: edge.port } : {}), focusable: false })), [graph, view, edgeMarks]);
  return (
    <ReactFlow
      ref={setFrame}
      key={`${graph.nodes.length} ${tall}`}
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      nodesDraggable={false}
      nodesConnectable={false}
      edgesFocusable={false}
      fitView
      fitViewOptions={FIT}
      minZoom={0.1}
      proOptions={{ hideAttribution: true }}
      onNodeClick={(_, node) => onChoose?.(node.id)}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        const id = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>(".react-flow__node")?.dataset.id : undefined;
        if (id) {
          event.preventDefault();
          onChoose?.(id);
        }
      }}
    >
      <Background variant={BackgroundVariant.Dots} gap={20} size={1} color="var(--line-strong)" className="opacity-40" />
      <FitOnResize />
      <Controls showInteractive={false} position="bottom-left" />
      {graph.nodes.length > 12 && <MiniMap pannable zoomable className="hidden! md:block!" nodeColor={(node) => colorOf((node as StepNode).data.view?.status)} ariaLabel={text.run.map} />}
    </ReactFlow>
  );
}

const NARROW = 520;

function useIsNarrow(frame: HTMLElement | null): boolean {
  const [narrow, setNarrow] = useState(() => innerWidth < NARROW);
  useEffect(() => {
    if (!frame) return;
    const observer = new ResizeObserver(([entry]) => entry && setNarrow(entry.contentRect.width < NARROW));
    observer.observe(frame);
    return () => observer.disconnect();
  }, [frame]);
  return narrow;
}

function colorOf(status: StepStatus | undefined): string {
  return status ? `var(--s-${STEP_LOOKS[status].tone})` : "var(--line)";
}

function StepCard({ data, selected }: NodeProps<StepNode>) {
  const Icon = iconOfType(data.type);
  const skipped = data.view?.status === "skipped";
  const mark = data.mark && data.mark !== "same" ? MARKS[data.mark] : null;
  return (
    <div
      className={cx("flex h-full items-center gap-2.5 rounded-lg border bg-raised px-2.5 text-left", (data.chosen || selected) && "ring-2 ring-accent", skipped && "opacity-60", data.mark === "removed" && "border-dashed", data.type === "for_each" ? "shadow-stack" : "shadow-sm")}
      style={{ width: NODE_WIDTH, ...(mark ? { backgroundColor: `color-mix(in oklab, var(--s-${mark.tone}-soft) 60%, var(--raised))` } : {}), borderColor: mark ? `var(--s-${mark.tone})` : stepBorder(data.view) }}
    >
      <Handle type="target" position={data.tall ? Position.Top : Position.Left} isConnectable={false} className="opacity-0" />
      <span className="flex size-8 shrink-0 items-center justify-center rounded-md" style={{ color: colorOfType(data.type), backgroundColor: `color-mix(in oklab, ${colorOfType(data.type)} 13%, transparent)` }}>
        <Icon className="size-4" aria-hidden />
      </span>
      <span className="min-w-0 flex-1">
        <span className={cx("block truncate text-sm font-medium", (skipped || data.mark === "removed") && "line-through")}>{data.label}</span>
        {data.quiet ? (
          <span className="block truncate text-2xs text-ink-3" style={mark ? { color: `var(--s-${mark.tone})` } : undefined}>
            {mark ? mark.word : wordOfType(data.type)}
          </span>
        ) : (
          <StepStateLine step={data.view} items={data.items} />
        )}
      </span>
      <Handle type="source" position={data.tall ? Position.Bottom : Position.Right} isConnectable={false} className="opacity-0" />
    </div>
  );
}
