import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { FlaskConical, Trash2, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { connectorsQuery, recentRunsQuery, runStepsQuery } from "@/shared/api/queries";
import type { DefinitionFlaw, JsonObject, PipelineVersion, StepType } from "@/shared/api/types";
import { SchemaForm } from "@/shared/form/SchemaForm";
import { withMember } from "@/shared/form/schema";
import { object, type GraphNode } from "@/shared/graph/definition";
import { colorOfType, iconOfType } from "@/shared/graph/stepTypes";
import { text } from "@/shared/text";
import { IconButton } from "@/shared/ui/Button";
import { copyText, shortId } from "@/shared/ui/Copy";
import { Field, TextInput } from "@/shared/ui/Form";
import { JsonTree } from "@/shared/ui/JsonTree";
import { StepResult } from "./testing/StepResult";
import type { DraftTest } from "./testing/useDraftTest";
import { insertText, isTextField } from "./insertText";
import { changeStep, renameStep, upstreamOf, type Draft } from "./model";

/** What every step may have besides its config. */
const ENVELOPE: JsonObject = {
  type: "object",
  properties: {
    when: { type: "string", title: text.builder.step.when, description: text.builder.step.whenHint, "x-ui": { widget: "expression", placeholder: text.builder.step.whenExample } },
    timeout_seconds: { type: "number", title: text.builder.step.timeout, default: 60 },
    on_error: { type: "string", title: text.builder.step.onError, enum: ["fail", "continue", "branch"], default: "fail", description: text.builder.step.onErrorHint },
    retry: {
      type: "object",
      title: text.builder.step.retry,
      properties: {
        max_attempts: { type: "integer", title: text.builder.step.attempts },
        backoff: { type: "string", title: text.builder.step.backoff, enum: ["fixed", "exponential"] },
        initial_seconds: { type: "number", title: text.builder.step.firstPause },
        max_seconds: { type: "number", title: text.builder.step.longestPause },
      },
    },
  },
};

interface Props {
  version: PipelineVersion;
  draft: Draft;
  node: GraphNode;
  type: StepType | undefined;
  flaws: readonly DefinitionFlaw[];
  frozen: boolean;
  /** The test that is shown beside it. */
  test: DraftTest | null;
  /** Asks for a test of this step and those before it. */
  onTest: () => void;
  onChange: (draft: Draft | null, about?: string) => void;
  onRenamed: (id: string) => void;
  onDelete: () => void;
  onClose: () => void;
}

export function StepForm({ version, draft, node, type, flaws, frozen, test, onTest, onChange, onRenamed, onDelete, onClose }: Props) {
  const connectors = useQuery(connectorsQuery(version.tenant_id)).data?.items ?? [];
  const field = useRef<HTMLInputElement | HTMLTextAreaElement | null>(null);
  const pick = (path: string) => {
    const place = field.current;
    if (!place?.isConnected) return void copyText(`{{ ${path} }}`, text.builder.step.pathCopied);
    // Expressions name values as they are; everywhere else they stand in braces.
    insertText(place, place.matches("[data-expression]") ? path : `{{ ${path} }}`);
  };
  const Icon = iconOfType(node.type);
  const own = flaws.filter((flaw) => flaw.node_id === node.id);
  const fields = fieldErrors(own);
  const loose = own.filter((flaw) => !flaw.path?.includes(".config."));
  return (
    <aside aria-label={text.builder.step.setUp(node.label)} className="flex min-h-0 flex-col overflow-hidden rounded-xl border border-line bg-surface">
      <header className="flex items-center gap-2.5 border-b border-line px-4 py-2.5">
        <Icon className="size-4 shrink-0" style={{ color: colorOfType(node.type) }} aria-hidden />
        <div className="min-w-0 flex-1">
          <h2 className="truncate text-sm font-semibold">{node.label}</h2>
          <p className="truncate text-xs text-ink-3">{type?.label ?? node.type}</p>
        </div>
        {!frozen && <IconButton small needs="workflows.publish" tenant={version.tenant_id} label={text.builder.step.testUpTo} icon={FlaskConical} onClick={onTest} />}
        {!frozen && <IconButton small label={text.builder.step.delete} icon={Trash2} onClick={onDelete} />}
        <IconButton small label={text.builder.step.close} icon={X} onClick={onClose} />
      </header>
      <fieldset
        disabled={frozen}
        onFocusCapture={(event) => {
          if (isTextField(event.target) && !event.target.closest("[data-no-values]")) field.current = event.target;
        }}
        className="flex min-h-0 min-w-0 flex-col gap-4 overflow-y-auto p-4">
        {loose.length > 0 && (
          <ul className="flex flex-col gap-1 rounded-lg bg-danger-soft px-3 py-2 text-sm">
            {loose.map((flaw, index) => (
              <li key={index}>{flaw.message}</li>
            ))}
          </ul>
        )}
        <div data-no-values className="grid gap-3 sm:grid-cols-2">
          <Field label={text.builder.step.title}>{(ids) => <TextInput {...ids} value={node.label} maxLength={200} onChange={(event) => onChange(changeStep(draft, node.id, { label: event.target.value }), `label:${node.id}`)} />}</Field>
          <Name draft={draft} node={node} onRename={(to) => { const next = renameStep(draft, node.id, to); if (next) { onChange(next); onRenamed(to); } return next !== null; }} />
        </div>
        {test?.steps.has(node.id) && <StepResult test={test} stepId={node.id} />}
        {type?.description && <p className="text-xs text-ink-2">{type.description}</p>}
        {type ? (
          <SchemaForm
            key={node.id}
            templates
            schema={type.config_schema}
            value={node.config}
            errors={fields}
            options={{ connector: connectors.map((each) => ({ value: each.id, label: each.connector_type })) }}
            onChange={(config) => onChange(changeStep(draft, node.id, { config: object(config) ?? {} }), `config:${node.id}`)}
          />
        ) : (
          <JsonTree value={node.config} label={text.builder.step.configuration} />
        )}
        <Values version={version} draft={draft} node={node} test={test} onPick={pick} />
        <details className="rounded-lg border border-line px-3 py-2" open={["when", "timeout_seconds", "on_error", "retry"].some((name) => name in node.data)}>
          <summary className="text-xs font-medium text-ink-2">{text.builder.step.envelope}</summary>
          <div className="pt-3 pb-1">
            <SchemaForm
              key={node.id}
              schema={ENVELOPE}
              value={node.data}
              onChange={(value) => {
                let data: JsonObject = { ...node.data };
                for (const name of ["when", "timeout_seconds", "on_error", "retry"]) data = withMember(data, name, object(value)?.[name]);
                onChange(changeStep(draft, node.id, { data }), `data:${node.id}`);
              }}
            />
          </div>
        </details>
      </fieldset>
    </aside>
  );
}

function Name({ draft, node, onRename }: { draft: Draft; node: GraphNode; onRename: (to: string) => boolean }) {
  const [typed, setTyped] = useState(node.id);
  useEffect(() => setTyped(node.id), [node.id]);
  const taken = typed !== node.id && draft.nodes.some((each) => each.id === typed);
  const wrong = taken ? text.builder.step.taken : /^[A-Za-z0-9_-]{1,63}$/.test(typed) ? undefined : text.builder.step.nameRule;
  const take = () => {
    if (typed === node.id) return;
    if (wrong || !onRename(typed)) setTyped(node.id);
  };
  return (
    <Field label={text.builder.step.name} error={wrong}>
      {(ids) => <TextInput {...ids} className="font-mono text-xs" value={typed} onChange={(event) => setTyped(event.target.value)} onBlur={take} onKeyDown={(event) => event.key === "Enter" && take()} />}
    </Field>
  );
}

/** What templates of this step can use, with the values of the last run where there was one. */
function Values({ version, draft, node, test, onPick }: { version: PipelineVersion; draft: Draft; node: GraphNode; test: DraftTest | null; onPick: (path: string) => void }) {
  const upstream = upstreamOf(draft, node.id);
  const [open, setOpen] = useState(false);
  const recent = useQuery({ ...recentRunsQuery({ pipelineId: version.pipeline_id, limit: 10 }), enabled: open && !test, refetchInterval: false }).data?.items;
  const last = test?.run ?? recent?.find((run) => run.status === "SUCCEEDED") ?? recent?.[0];
  const settled = test?.view.attempts.filter((each) => each.status === "completed").length;
  const steps = useQuery({ ...runStepsQuery(last?.id ?? "", settled), enabled: open && Boolean(last) }).data;
  return (
    <details className="rounded-lg border border-line px-3 py-2" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="text-xs font-medium text-ink-2">{text.builder.step.values}</summary>
      <div className="flex flex-col gap-2.5 pt-3 pb-1 text-xs">
        <p className="text-ink-3">{(test ? text.builder.step.valuesOfTest : text.builder.step.valuesOfLastRun)(last && <> (<Link to="/runs/$runId" params={{ runId: last.id }} className="text-accent-ink underline underline-offset-2">{shortId(last.id)}</Link>)</>)}</p>
        {last ? <JsonTree value={last.parameters} root="input" label={text.form.inputItself} onPick={onPick} /> : <p className="text-ink-2">{text.builder.step.noRun}</p>}
        {upstream.map((id) => {
          const output = steps?.findLast((each) => each.step_id === id && each.status === "completed")?.output;
          return (
            <div key={id}>
              <p className="mb-1 font-mono text-ink-2">{id}</p>
              {output !== undefined && output !== null ? <JsonTree value={output} root={id} label={text.builder.step.output(id)} onPick={onPick} /> : <p className="text-ink-3">{text.builder.step.noOutput}</p>}
            </div>
          );
        })}
      </div>
    </details>
  );
}

/** Flaws of a step's config by the path that its form has for them. */
export function fieldErrors(flaws: readonly DefinitionFlaw[]): Record<string, string[]> {
  const fields: Record<string, string[]> = {};
  for (const flaw of flaws) {
    const path = flaw.path?.split(".config.")[1];
    if (path) (fields[path] ??= []).push(flaw.message);
  }
  return fields;
}

