import { Background, BackgroundVariant, Controls, Handle, Position, ReactFlow, ReactFlowProvider, useReactFlow, useUpdateNodeInternals, type Edge, type Node, type NodeChange, type NodeProps } from "@xyflow/react";
import { TriangleAlert } from "lucide-react";
import { useEffect, useMemo, useRef, useState, type DragEvent } from "react";
import { edgeLook } from "@/features/run/edgeLook";
import type { RunView, StepView } from "@/features/run/fold";
import { StepStateLine, stepBorder } from "@/features/run/StepStateLine";
import type { DefinitionFlaw, StepType } from "@/shared/api/types";
import { NODE_HEIGHT, NODE_WIDTH } from "@/shared/graph/layout";
import { colorOfType, iconOfType, wordOfType } from "@/shared/graph/stepTypes";
import { FIT, fitDrawing, FitOnResize } from "@/shared/graph/FitOnResize";
import { STEP_LOOKS } from "@/shared/status/status";
import { text } from "@/shared/text";
import { cx } from "@/shared/ui/cx";
import { connect, portsOf, type Draft } from "./model";
import { DRAG_TYPE } from "./Palette";

type StepNode = Node<{ label: string; type: string; ports: string[]; flaws: number; frozen: boolean; step: StepView | undefined; tested: boolean }, "step">;

const NODE_TYPES = { step: StepCard };
const PORT_GAP = 18;

interface Props {
  draft: Draft;
  types: ReadonlyMap<string, StepType>;
  flaws: readonly DefinitionFlaw[];
  selected: { nodes: ReadonlySet<string>; edges: ReadonlySet<string> };
  /** The test that is shown in it; null shows none. */
  view: RunView | null;
  /** The steps that took part in it. */
  tested: ReadonlySet<string>;
  frozen: boolean;
  onSelect: (nodes: ReadonlySet<string>, edges: ReadonlySet<string>) => void;
  onChange: (draft: Draft, about?: string) => void;
  onRefuse: (why: string) => void;
  onDrop: (type: StepType, at: { x: number; y: number }) => void;
  /** Raised when the whole drawing should come into sight. */
  fit: number;
  /** A step to bring into sight. */
  focus: string | null;
}

export default function Canvas(props: Props) {
  return (
    <ReactFlowProvider>
      <Drawing {...props} />
    </ReactFlowProvider>
  );
}

function Drawing({ draft, types, flaws, selected, view, tested, frozen, onSelect, onChange, onRefuse, onDrop, fit, focus }: Props) {
  const flow = useReactFlow();
  const frame = useRef<HTMLDivElement>(null);
  const only = selected.nodes.size === 1 ? [...selected.nodes][0] : undefined;
  // Where steps are while they are dragged; the draft learns it when they are let go.
  const [moving, setMoving] = useState<ReadonlyMap<string, { x: number; y: number }>>(new Map());
  const nodes = useMemo(
    () =>
      draft.nodes.map((node): StepNode => {
        const ports = portsOf(node, types.get(node.type));
        return {
          id: node.id,
          type: "step",
          position: moving.get(node.id) ?? node.position ?? { x: 0, y: 0 },
          selected: selected.nodes.has(node.id),
          width: NODE_WIDTH,
          height: heightOf(ports.length),
          measured: { width: NODE_WIDTH, height: heightOf(ports.length) },
          data: { label: node.label, type: node.type, ports, flaws: flaws.filter((flaw) => flaw.node_id === node.id).length, frozen, step: view?.steps.get(node.id), tested: tested.has(node.id) },
          ariaLabel: `${node.label}, ${types.get(node.type)?.label ?? wordOfType(node.type)}${tested.has(node.id) && view ? `, ${STEP_LOOKS[view.steps.get(node.id)?.status ?? "pending"].word}` : ""}`,
        };
      }),
    [draft.nodes, types, flaws, selected.nodes, moving, frozen, view, tested],
  );
  const edges = useMemo(() => draft.edges.map((edge): Edge => ({ id: edge.id, source: edge.source, target: edge.target, sourceHandle: edge.port ?? defaultPort(draft, edge.source, types), selected: selected.edges.has(edge.id), className: view ? edgeLook(view, edge.source, edge.target, edge.port) : "" })), [draft, selected.edges, types, view]);

  useEffect(() => {
    if (fit > 0) requestAnimationFrame(() => void flow.fitView({ ...FIT, duration: 200 }));
  }, [fit, flow]);
  useEffect(() => {
    if (focus) void flow.fitView({ nodes: [{ id: focus }], padding: 2, maxZoom: 1.1, duration: 200 });
  }, [focus, flow]);

  const onNodesChange = (changes: NodeChange<StepNode>[]) => {
    const next = new Map(moving);
    let dropped = false;
    const chosen = new Set(selected.nodes);
    let choice = false;
    for (const each of changes) {
      if (each.type === "position" && each.position) {
        next.set(each.id, each.position);
        dropped ||= each.dragging === false;
      } else if (each.type === "select") {
        choice = true;
        if (each.selected) chosen.add(each.id);
        else chosen.delete(each.id);
      }
    }
    if (choice) onSelect(chosen, new Set([...selected.edges].filter((id) => changes.every((each) => each.type !== "select" || !each.selected || each.id === id))));
    if (dropped) {
      onChange({ ...draft, nodes: draft.nodes.map((node) => ({ ...node, position: next.get(node.id) ?? node.position })) });
      setMoving(new Map());
    } else if (next.size > 0) setMoving(next);
  };

  return (
    <ReactFlow
      ref={frame}
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      onNodesChange={onNodesChange}
      onEdgesChange={(changes) => {
        const chosen = new Set(selected.edges);
        for (const each of changes) if (each.type === "select") (each.selected ? chosen.add(each.id) : chosen.delete(each.id));
        onSelect(selected.nodes, chosen);
      }}
      onConnect={({ source, target, sourceHandle }) => {
        const next = connect(draft, source, target, sourceHandle);
        if (next) onChange(next);
        else onRefuse(text.builder.refusedEdge);
      }}
      onPaneClick={() => onSelect(new Set(), new Set())}
      onDragOver={(event: DragEvent) => {
        if (event.dataTransfer.types.includes(DRAG_TYPE)) event.preventDefault();
      }}
      onDrop={(event: DragEvent) => {
        const type = types.get(event.dataTransfer.getData(DRAG_TYPE));
        if (!type || frozen) return;
        event.preventDefault();
        const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
        onDrop(type, { x: at.x - NODE_WIDTH / 2, y: at.y - NODE_HEIGHT / 2 });
      }}
      nodesDraggable={!frozen}
      nodesConnectable={!frozen}
      deleteKeyCode={null}
      selectionKeyCode="Shift"
      multiSelectionKeyCode={["Shift", "Meta", "Control"]}
      snapToGrid
      snapGrid={[10, 10]}
      connectionRadius={32}
      fitView
      fitViewOptions={FIT}
      onInit={() => requestAnimationFrame(() => frame.current && fitDrawing(flow, { width: frame.current.clientWidth, height: frame.current.clientHeight }, only))}
      minZoom={0.1}
      proOptions={{ hideAttribution: true }}
    >
      <Background variant={BackgroundVariant.Dots} gap={20} size={1} color="var(--line-strong)" className="opacity-50" />
      <FitOnResize focusId={only} />
      <Controls showInteractive={false} position="bottom-left" />
    </ReactFlow>
  );
}

function heightOf(ports: number): number {
  return Math.max(NODE_HEIGHT, 24 + ports * PORT_GAP);
}

// An edge without a port leaves by the first, as the engine reads it.
function defaultPort(draft: Draft, source: string, types: ReadonlyMap<string, StepType>): string | null {
  const node = draft.nodes.find((each) => each.id === source);
  return node ? (portsOf(node, types.get(node.type))[0] ?? null) : null;
}

function StepCard({ id, data, selected }: NodeProps<StepNode>) {
  const Icon = iconOfType(data.type);
  const color = colorOfType(data.type);
  const update = useUpdateNodeInternals();
  const ports = data.ports.join(",");
  useEffect(() => update(id), [id, ports, update]);
  const named = data.ports.length > 1 || data.ports[0] !== "out";
  return (
    <div className={cx("relative flex h-full items-center gap-2.5 rounded-lg border bg-raised px-2.5 shadow-sm", selected ? "border-accent ring-2 ring-accent/40" : data.flaws > 0 ? "border-[var(--s-failed)]" : "border-line")} style={{ width: NODE_WIDTH, ...(data.step && !selected ? { borderColor: stepBorder(data.step) } : {}) }}>
      <Handle type="target" position={Position.Left} className="size-3! rounded-full! border-2! border-[var(--raised)]! bg-[var(--line-strong)]!" />
      <span className="flex size-8 shrink-0 items-center justify-center rounded-md" style={{ color, backgroundColor: `color-mix(in oklab, ${color} 13%, transparent)` }}>
        <Icon className="size-4" aria-hidden />
      </span>
      <span className={cx("min-w-0 flex-1", named && "pr-12")}>
        <span className="block truncate text-sm font-medium">{data.label}</span>
        {data.tested ? <StepStateLine step={data.step} /> : <span className="block truncate text-2xs text-ink-3">{id}</span>}
      </span>
      {data.flaws > 0 && <TriangleAlert className="absolute -top-2 -right-2 size-5 rounded-full bg-raised p-0.5 text-[var(--s-failed)]" aria-label={text.builder.flaws(data.flaws)} />}
      {data.ports.map((port, index) => {
        const top = `${((index + 1) / (data.ports.length + 1)) * 100}%`;
        return (
          <span key={port}>
            {named && (
              <span className={cx("absolute right-2.5 max-w-16 -translate-y-1/2 truncate text-2xs", port === "error" ? "text-[var(--s-failed)]" : "text-ink-2")} style={{ top }}>
                {port}
              </span>
            )}
            <Handle type="source" id={port} position={Position.Right} className="size-3! rounded-full! border-2! border-[var(--raised)]!" style={{ top, backgroundColor: port === "error" ? "var(--s-failed)" : "var(--accent)" }} />
          </span>
        );
      })}
    </div>
  );
}
