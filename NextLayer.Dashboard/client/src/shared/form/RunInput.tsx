import { useState } from "react";
import type { Json, JsonObject } from "../api/types";
import { object } from "../graph/definition";
import { text } from "../text";
import { CONTROL, Field, Segments } from "../ui/Form";
import { cx } from "../ui/cx";
import { parseLoose, SchemaForm } from "./SchemaForm";
import { defaultsOf, missing, propertiesOf } from "./schema";

type Mode = "form" | "json";

/** The input of a run while somebody writes it: by the fields of its schema, or as JSON. */
export interface RunInputState {
  schema: JsonObject | null;
  hasForm: boolean;
  mode: Mode;
  value: JsonObject;
  text: string;
  /** Undefined while the JSON cannot be read. */
  input: Json | undefined;
  /** Why the JSON cannot be read. */
  error: string | null;
  setValue: (value: JsonObject) => void;
  setText: (text: string) => void;
  switchTo: (mode: Mode) => void;
  /** What the form still lacks, by path. */
  lacking: () => Record<string, string[]>;
}

/** @param first What it begins with; the schema's defaults when there is nothing better. */
export function useRunInput(schema: JsonObject | null, first: Json | undefined): RunInputState {
  const hasForm = schema !== null && propertiesOf(schema).length > 0;
  const [begun] = useState<JsonObject>(() => object(first) ?? (schema ? object(defaultsOf(schema)) : null) ?? {});
  const [mode, setMode] = useState<Mode>(hasForm ? "form" : "json");
  const [value, setValue] = useState(begun);
  const [text, setText] = useState(() => JSON.stringify(begun, null, 2));
  const parsed = parseLoose(text);
  return {
    schema,
    hasForm,
    mode,
    value,
    text,
    input: mode === "form" ? value : parsed.value === undefined && !parsed.error ? {} : parsed.value,
    error: mode === "json" ? parsed.error : null,
    setValue,
    setText,
    switchTo: (next) => {
      if (next === "json") setText(JSON.stringify(value, null, 2));
      else setValue(object(parsed.value) ?? value);
      setMode(next);
    },
    lacking: () => (mode === "form" && schema ? missing(schema, value) : {}),
  };
}

export function RunInputSwitch({ state }: { state: RunInputState }) {
  if (!state.hasForm) return null;
  return <Segments label={text.form.runInput.how} value={state.mode} options={[["form", text.form.runInput.form], ["json", text.common.json]]} onChange={(next) => state.switchTo(next as Mode)} />;
}

/** @param errors Sentences by path from the input on. */
export function RunInputFields({ state, errors, rows = 14 }: { state: RunInputState; errors: Record<string, string[]>; rows?: number }) {
  if (state.mode === "form" && state.schema) return <SchemaForm schema={state.schema} value={state.value} onChange={(next) => state.setValue(object(next) ?? {})} errors={errors} />;
  return (
    <Field label={text.form.runInput.json} hint={state.schema ? text.form.runInput.withSchema : text.form.runInput.withoutSchema} error={state.error ?? undefined}>
      {(ids) => <textarea {...ids} rows={rows} spellCheck={false} className={cx(CONTROL, "py-2 font-mono text-xs")} value={state.text} onChange={(event) => state.setText(event.target.value)} />}
    </Field>
  );
}

/** What the server refused of the input, where the form shows it: it begins at the input, the server's paths at the body. */
export function inputErrors(fields: Record<string, string[]>, member: string): Record<string, string[]> {
  return Object.fromEntries(Object.entries(fields).map(([path, messages]) => [path === member ? "" : path.startsWith(`${member}.`) ? path.slice(member.length + 1) : path, messages]));
}

/** The refusal of a start, with what is wrong at which place. */
export function Refusal({ sentence, errors }: { sentence: string; errors: Record<string, string[]> }) {
  return (
    <div role="alert" className="mt-4 rounded-lg bg-danger-soft px-3 py-2 text-sm">
      <p className="font-medium">{sentence}</p>
      <ul className="mt-1 list-disc pl-5">
        {Object.entries(errors).map(([path, messages]) => (
          <li key={path}>
            <code className="text-xs">{path || text.form.inputItself}</code> {messages.join(" ")}
          </li>
        ))}
      </ul>
    </div>
  );
}
