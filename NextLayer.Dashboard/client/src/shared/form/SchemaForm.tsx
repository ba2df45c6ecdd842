import { Plus, Trash2 } from "lucide-react";
import { createContext, useContext, useEffect, useId, useState } from "react";
import type { Json, JsonObject } from "../api/types";
import { object } from "../graph/definition";
import { text } from "../text";
import { Button, IconButton } from "../ui/Button";
import { Checkbox, CONTROL, Field, Select, TextArea, TextInput } from "../ui/Form";
import { cx } from "../ui/cx";
import { FileField } from "./FileField";
import { defaultsOf, fileOf, hintsOf, isRequired, isSecret, isTemplate, isVisible, kindOf, propertiesOf, titleOf, typesOf, withMember } from "./schema";
import { SecretInput } from "./SecretInput";

interface FormContext {
  /** Any value may also be a template. */
  templates: boolean;
  /** Choices that come from elsewhere, by widget. */
  options: Record<string, { value: string; label: string }[]>;
  errors: Record<string, string[]>;
}

const Context = createContext<FormContext>({ templates: false, options: {}, errors: {} });

interface Props {
  schema: JsonObject;
  value: Json;
  onChange: (value: Json) => void;
  errors?: Record<string, string[]>;
  templates?: boolean;
  options?: FormContext["options"];
}

/** A form made from a JSON Schema, with the hints of `x-ui`. What it cannot draw is edited as JSON. */
export function SchemaForm({ schema, value, onChange, errors = {}, templates = false, options = {} }: Props) {
  return (
    <Context.Provider value={{ templates, options, errors }}>
      <Members schema={schema} value={object(value) ?? {}} path="" onChange={onChange} />
    </Context.Provider>
  );
}

function Members({ schema, value, path, onChange }: { schema: JsonObject; value: JsonObject; path: string; onChange: (value: JsonObject) => void }) {
  const visible = propertiesOf(schema).filter(([, property]) => isVisible(property, schema, value));
  const main = visible.filter(([, property]) => hintsOf(property).group !== "advanced");
  const advanced = visible.filter(([, property]) => hintsOf(property).group === "advanced");
  const member = ([name, property]: [string, JsonObject]) => (
    <Member key={name} name={name} schema={property} required={isRequired(schema, name)} value={value[name]} path={path ? `${path}.${name}` : name} onChange={(next) => onChange(withMember(value, name, next))} />
  );
  return (
    <div className="flex flex-col gap-3.5">
      {main.map(member)}
      {advanced.length > 0 && (
        <details className="rounded-lg border border-line px-3 py-2" open={advanced.some(([name]) => name in value)}>
          <summary className="text-xs font-medium text-ink-2">{text.form.advanced}</summary>
          <div className="flex flex-col gap-3.5 pt-3 pb-1">{advanced.map(member)}</div>
        </details>
      )}
    </div>
  );
}

interface MemberProps {
  name: string;
  schema: JsonObject;
  required: boolean;
  value: Json | undefined;
  path: string;
  onChange: (value: Json | undefined) => void;
}

function Member(props: MemberProps) {
  const { name, schema, required, value, path, onChange } = props;
  const { templates, options, errors } = useContext(Context);
  const kind = kindOf(schema);
  const hints = hintsOf(schema);
  const label = titleOf(schema, name);
  const error = errors[path]?.join(" ");
  const hint = typeof schema.description === "string" ? schema.description : undefined;

  // A template stands where another kind of value would.
  if (templates && isTemplate(value) && kind !== "text" && kind !== "long" && kind !== "json")
    return (
      <Field label={label} hint={text.form.template} error={error} required={required}>
        {(ids) => <TextInput {...ids} className="font-mono text-xs" value={value} onChange={(event) => onChange(event.target.value || undefined)} />}
      </Field>
    );
  if (kind === "object")
    return (
      <fieldset className="rounded-lg border border-line px-3 pt-1 pb-3">
        <legend className="px-1 text-xs font-medium text-ink-2">{label}</legend>
        {hint && <p className="mb-2 text-xs text-ink-3">{hint}</p>}
        <Members schema={schema} value={object(value) ?? {}} path={path} onChange={(next) => onChange(Object.keys(next).length === 0 && !required ? undefined : next)} />
        {error && <p className="mt-1.5 text-xs text-[var(--s-failed)]">{error}</p>}
      </fieldset>
    );
  if (kind === "boolean")
    return (
      <div>
        <Checkbox label={label} checked={(value ?? schema.default ?? false) === true} onChange={(event) => onChange(event.target.checked)} />
        {(error ?? hint) && <p className={cx("text-xs", error ? "text-[var(--s-failed)]" : "text-ink-3")}>{error ?? hint}</p>}
      </div>
    );
  if (kind === "list") return <ListEditor {...props} label={label} error={error} hint={hint} />;
  if (kind === "pairs") return <Pairs label={label} value={object(value) ?? {}} error={error} hint={hint} onChange={(next) => onChange(Object.keys(next).length === 0 ? undefined : next)} />;
  if (kind === "file" && !templates) return <FileField label={label} wish={fileOf(schema)!} value={asText(value)} hint={hint} error={error} required={required} onChange={onChange} />;
  if (kind === "json") return <JsonField label={label} value={value} error={error} hint={hint} required={required} placeholder={hints.placeholder} onChange={onChange} />;

  const choices = hints.widget ? options[hints.widget] : undefined;
  return (
    <Field label={label} hint={hint ?? (!templates && isSecret(schema) ? text.form.secretShown : widgetHint(hints.widget))} error={error} required={required}>
      {(ids) =>
        kind === "choice" || choices ? (
          <Select {...ids} value={value === undefined || value === null ? "" : JSON.stringify(value)} onChange={(event) => onChange(event.target.value ? (JSON.parse(event.target.value) as Json) : undefined)}>
            {(!required || value === undefined) && <option value="">{"default" in schema ? text.form.usual(String(schema.default)) : "–"}</option>}
            {choices
              ? [...choices, ...(typeof value === "string" && !choices.some((each) => each.value === value) ? [{ value, label: value }] : [])].map((each) => (
                  <option key={each.value} value={JSON.stringify(each.value)}>
                    {each.label}
                  </option>
                ))
              : (schema.enum as Json[]).map((each) => (
                  <option key={String(each)} value={JSON.stringify(each)}>
                    {String(each)}
                  </option>
                ))}
          </Select>
        ) : kind === "long" ? (
          <TextArea {...ids} rows={hints.widget === "code" || hints.widget === "sql" ? 8 : 3} className={hints.widget === "code" || hints.widget === "sql" ? "font-mono text-xs" : ""} placeholder={hints.placeholder} value={asText(value)} onChange={(event) => onChange(event.target.value || undefined)} />
        ) : kind === "number" ? (
          <NumberInput ids={ids} schema={schema} value={value} templates={templates} onChange={onChange} />
        ) : !templates && isSecret(schema) ? (
          <SecretInput {...ids} label={label} value={asText(value)} onChange={(event) => onChange(event.target.value || undefined)} />
        ) : (
          <TextInput
            {...ids}
            type={templates ? "text" : inputType(schema)}
            data-expression={hints.widget === "expression" || undefined}
            className={hints.widget === "expression" ? "font-mono text-xs" : ""}
            placeholder={hints.placeholder ?? (schema.default !== undefined ? String(schema.default) : undefined)}
            value={schema.format === "date-time" && !templates ? toLocal(asText(value)) : asText(value)}
            onChange={(event) => onChange(event.target.value === "" ? undefined : schema.format === "date-time" && !templates ? fromLocal(event.target.value) : readText(event.target.value, schema))}
          />
        )
      }
    </Field>
  );
}

function widgetHint(widget: string | undefined): string | undefined {
  if (widget === "duration") return text.form.hints.duration;
  if (widget === "secret") return text.form.hints.secret;
  if (widget === "expression") return text.form.hints.expression;
  return undefined;
}

function inputType(schema: JsonObject): string {
  switch (schema.format) {
    case "date":
      return "date";
    case "date-time":
      return "datetime-local";
    case "time":
      return "time";
    case "email":
      return "email";
    case "uri":
      return "url";
    default:
      return "text";
  }
}

// A field that also takes booleans or numbers gets them as such when nothing else can be meant.
function readText(text: string, schema: JsonObject): Json {
  const types = typesOf(schema);
  if (types.includes("boolean") && /^(true|false)$/.test(text)) return text === "true";
  if ((types.includes("number") || types.includes("integer")) && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return text;
}

function asText(value: Json | undefined): string {
  return value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
}

function toLocal(value: string): string {
  const time = Date.parse(value);
  return Number.isFinite(time) ? new Date(time - new Date(time).getTimezoneOffset() * 60_000).toISOString().slice(0, 19) : "";
}

function fromLocal(value: string): string {
  return new Date(value).toISOString().replace(".000Z", "Z");
}

function NumberInput({ ids, schema, value, templates, onChange }: { ids: { id: string }; schema: JsonObject; value: Json | undefined; templates: boolean; onChange: (value: Json | undefined) => void }) {
  const [text, setText] = useState(asText(value));
  useEffect(() => {
    setText((old) => (Number(old) === value ? old : asText(value)));
  }, [value]);
  return (
    <TextInput
      {...ids}
      inputMode={typesOf(schema).includes("integer") ? "numeric" : "decimal"}
      placeholder={schema.default !== undefined ? String(schema.default) : undefined}
      value={text}
      onChange={(event) => {
        const next = event.target.value;
        setText(next);
        const trimmed = next.trim();
        if (trimmed === "") onChange(undefined);
        else if (/^-?(\d+\.?\d*|\.\d+)(e-?\d+)?$/i.test(trimmed)) onChange(Number(trimmed));
        else onChange(templates ? next : trimmed);
      }}
    />
  );
}

function JsonField({ label, value, error, hint, required, placeholder, onChange }: { label: string; value: Json | undefined; error: string | undefined; hint: string | undefined; required: boolean; placeholder?: string | undefined; onChange: (value: Json | undefined) => void }) {
  const [typed, setTyped] = useState(value === undefined ? "" : JSON.stringify(value, null, 2));
  const [wrong, setWrong] = useState<string | null>(null);
  const [mine, setMine] = useState<Json | undefined>(value);
  useEffect(() => {
    if (JSON.stringify(value) === JSON.stringify(mine)) return;
    setTyped(value === undefined ? "" : JSON.stringify(value, null, 2));
    setMine(value);
    setWrong(null);
  }, [value, mine]);
  const take = (next: string) => {
    setTyped(next);
    const parsed = parseLoose(next);
    setWrong(parsed.error);
    if (parsed.error === null) {
      setMine(parsed.value);
      onChange(parsed.value);
    }
  };
  return (
    <Field label={label} hint={hint ?? text.form.jsonOrTemplate} error={wrong ?? error} required={required}>
      {(ids) => <textarea {...ids} rows={Math.min(12, Math.max(3, typed.split("\n").length))} spellCheck={false} className={cx(CONTROL, "py-1.5 font-mono text-xs")} placeholder={placeholder} value={typed} onChange={(event) => take(event.target.value)} />}
    </Field>
  );
}

/** JSON, where a bare template needs no quotes. */
export function parseLoose(source: string): { value: Json | undefined; error: string | null } {
  const trimmed = source.trim();
  if (trimmed === "") return { value: undefined, error: null };
  if (/^\{\{[^{}]*\}\}$/.test(trimmed)) return { value: trimmed, error: null };
  try {
    return { value: JSON.parse(trimmed) as Json, error: null };
  } catch (error) {
    return { value: undefined, error: text.form.noJson((error as Error).message) };
  }
}

function Pairs({ label, value, error, hint, onChange }: { label: string; value: JsonObject; error: string | undefined; hint: string | undefined; onChange: (value: JsonObject) => void }) {
  const id = useId();
  // Rows have a life of their own while their names are being typed.
  const [rows, setRows] = useState<[string, Json][]>(() => Object.entries(value));
  const take = (next: [string, Json][]) => {
    setRows(next);
    onChange(Object.fromEntries(next.filter(([name]) => name !== "")));
  };
  return (
    <div role="group" aria-labelledby={id} className="flex flex-col gap-1.5">
      <span id={id} className="text-xs font-medium text-ink-2">
        {label}
      </span>
      {hint && <p className="text-xs text-ink-3">{hint}</p>}
      {rows.map(([name, member], index) => (
        <div key={index} className="flex items-center gap-1.5">
          <TextInput aria-label={text.form.pairName(label, index + 1)} placeholder={text.common.name} value={name} onChange={(event) => take(rows.map((row, at) => (at === index ? [event.target.value, row[1]] : row)))} />
          <TextInput aria-label={text.form.pairValue(label, index + 1)} placeholder={text.form.value} value={asText(member)} onChange={(event) => take(rows.map((row, at) => (at === index ? [row[0], event.target.value] : row)))} />
          <IconButton small label={text.form.remove(name || text.form.row(index + 1))} icon={Trash2} onClick={() => take(rows.filter((_, at) => at !== index))} />
        </div>
      ))}
      {error && <p className="text-xs text-[var(--s-failed)]">{error}</p>}
      <Button small kind="ghost" icon={Plus} className="self-start" onClick={() => setRows([...rows, ["", ""]])}>
        {text.common.add}
      </Button>
    </div>
  );
}

function ListEditor({ schema, value, path, label, error, hint, onChange }: MemberProps & { label: string; error: string | undefined; hint: string | undefined }) {
  const id = useId();
  const items = Array.isArray(value) ? value : [];
  const itemSchema = object(schema.items) ?? {};
  const asForm = kindOf(itemSchema) === "object";
  const set = (index: number, item: Json | undefined) => onChange(items.map((each, at) => (at === index ? (item ?? "") : each)));
  return (
    <div role="group" aria-labelledby={id} className="flex flex-col gap-1.5">
      <span id={id} className="text-xs font-medium text-ink-2">
        {label}
      </span>
      {hint && <p className="text-xs text-ink-3">{hint}</p>}
      {items.map((item, index) => (
        <div key={index} className={cx("flex gap-1.5", asForm && "rounded-lg border border-line p-2.5")}>
          <div className="min-w-0 flex-1">
            {asForm ? (
              <Members schema={itemSchema} value={object(item) ?? {}} path={`${path}[${index}]`} onChange={(next) => set(index, next)} />
            ) : (
              <TextInput aria-label={`${label} ${index + 1}`} value={asText(item)} onChange={(event) => set(index, readText(event.target.value, itemSchema))} />
            )}
          </div>
          <IconButton small label={text.form.removeItem(index + 1, label)} icon={Trash2} onClick={() => onChange(items.length === 1 ? undefined : items.filter((_, at) => at !== index))} />
        </div>
      ))}
      {error && <p className="text-xs text-[var(--s-failed)]">{error}</p>}
      <Button small kind="ghost" icon={Plus} className="self-start" onClick={() => onChange([...items, asForm ? (defaultsOf(itemSchema) ?? {}) : ""])}>
        {text.common.add}
      </Button>
    </div>
  );
}
