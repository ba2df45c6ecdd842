import type { Graph } from "@/shared/graph/definition";
import { colorOfType, iconOfType, wordOfType } from "@/shared/graph/stepTypes";
import { text } from "@/shared/text";
import { duration } from "@/shared/time/format";
import { TABLE, TableFrame, TD, TH } from "@/shared/ui/Page";
import { StepBadge } from "@/shared/ui/Status";
import { Empty } from "@/shared/ui/States";
import { cx } from "@/shared/ui/cx";
import type { RunView } from "./fold";

/** All steps of the definition, with how far each has come. */
export function StepsView({ graph, view, chosen, onChoose }: { graph: Graph; view: RunView; chosen: string | undefined; onChoose: (stepId: string) => void }) {
  const known = new Set(graph.nodes.map((node) => node.id));
  const rows = [
    ...graph.nodes.map((node) => ({ id: node.id, label: node.label, type: node.type })),
    ...[...view.steps.values()].filter((step) => !known.has(step.stepId)).map((step) => ({ id: step.stepId, label: step.stepId, type: step.stepType })),
  ];
  if (rows.length === 0) return <Empty title={text.run.steps.empty.title}>{text.run.steps.empty.meaning}</Empty>;
  return (
    <TableFrame label={text.run.tabs.steps}>
      <table className={TABLE}>
        <thead>
          <tr>
            <th className={TH}>{text.run.steps.step}</th>
            <th className={TH}>{text.run.steps.status}</th>
            <th className={cx(TH, "max-sm:hidden")}>{text.run.steps.type}</th>
            <th className={cx(TH, "text-right max-sm:hidden")}>{text.run.steps.attempts}</th>
            <th className={cx(TH, "text-right")}>{text.run.steps.time}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const step = view.steps.get(row.id);
            const Icon = iconOfType(row.type);
            const all = view.attempts.filter((each) => each.stepId === row.id && each.finishedAt !== null);
            return (
              <tr key={row.id} className={cx("hover:bg-hover", row.id === chosen && "bg-accent-soft")}>
                <td className={TD}>
                  <button type="button" className="flex items-center gap-2 rounded text-left font-medium hover:text-accent-ink" onClick={() => onChoose(row.id)}>
                    <Icon className="size-4 shrink-0" style={{ color: colorOfType(row.type) }} aria-hidden />
                    {row.label}
                  </button>
                </td>
                <td className={TD}>
                  <StepBadge status={step?.status ?? "pending"} />
                </td>
                <td className={cx(TD, "text-ink-2 max-sm:hidden")}>{wordOfType(row.type)}</td>
                <td className={cx(TD, "tnum text-right max-sm:hidden")}>{step?.attempts || "–"}</td>
                <td className={cx(TD, "tnum text-right whitespace-nowrap")}>{all.length > 0 ? duration(all.reduce((sum, each) => sum + (each.finishedAt! - each.startedAt), 0)) : "–"}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </TableFrame>
  );
}
