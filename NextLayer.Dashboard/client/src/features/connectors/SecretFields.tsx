import { KeyRound, Plus, Undo2, X } from "lucide-react";
import { useState } from "react";
import type { ConnectorSecret } from "@/shared/api/types";
import { text } from "@/shared/text";
import { Time } from "@/shared/time/Time";
import { Button, IconButton } from "@/shared/ui/Button";
import { OverlapField } from "@/shared/form/OverlapField";
import { Field, TextArea, TextInput } from "@/shared/ui/Form";
import type { ConnectorType } from "./connectorQueries";
import { rotatesSlowly } from "./rotation";

/** Changes to secrets: a new value, or null to remove one. Those left out stay as they are. */
export type SecretChanges = Record<string, string | null>;

interface Props {
  /** What the type signs in with; undefined for one that is not known. */
  wanted: ConnectorType["secrets"] | undefined;
  known: readonly ConnectorSecret[];
  changes: SecretChanges;
  onChange: (changes: SecretChanges) => void;
  /** How long a replaced signing secret is used beside the new one, in seconds. */
  overlap: number;
  onOverlap: (seconds: number) => void;
}

/** Credentials can be set, replaced and removed, never read. */
export function SecretFields({ wanted, known, changes, onChange, overlap, onOverlap }: Props) {
  const [name, setName] = useState("");
  const names = [...new Set([...(wanted ?? []).map((each) => each.name), ...known.map((each) => each.name), ...Object.keys(changes)])];
  const free = !wanted || wanted.length === 0;
  const without = (gone: string) => Object.fromEntries(Object.entries(changes).filter(([each]) => each !== gone));
  const add = () => {
    if (/^[A-Za-z0-9_.-]{1,100}$/.test(name)) {
      onChange({ ...changes, [name]: "" });
      setName("");
    }
  };
  return (
    <fieldset className="flex flex-col gap-3 rounded-lg border border-line px-3 pt-1 pb-3">
      <legend className="px-1 text-xs font-medium text-ink-2">{text.connectors.secrets}</legend>
      <p className="text-xs text-ink-3">{text.connectors.secret.hint}</p>
      {names.map((each) => (
        <Secret
          key={each}
          name={each}
          title={wanted?.find((secret) => secret.name === each)?.title ?? each}
          multiline={wanted?.find((secret) => secret.name === each)?.multiline ?? false}
          known={known.find((secret) => secret.name === each)}
          change={changes[each]}
          onChange={(value) => onChange(value === undefined ? without(each) : { ...changes, [each]: value })}
        />
      ))}
      {rotatesSlowly(known, changes) && (
        <OverlapField label={text.connectors.secret.old} hint={text.connectors.secret.oldHint} value={overlap} onChange={onOverlap} />
      )}
      {free && (
        <div className="flex items-end gap-2">
          <div className="flex-1">
            <Field label={text.connectors.secret.nameOfAnother}>
              {(ids) => (
                <TextInput
                  {...ids}
                  className="font-mono text-xs"
                  placeholder="api_key"
                  value={name}
                  onChange={(event) => setName(event.target.value)}
                  onKeyDown={(event) => {
                    if (event.key !== "Enter") return;
                    event.preventDefault();
                    add();
                  }}
                />
              )}
            </Field>
          </div>
          <Button icon={Plus} disabled={!/^[A-Za-z0-9_.-]{1,100}$/.test(name)} onClick={add}>
            {text.common.add}
          </Button>
        </div>
      )}
    </fieldset>
  );
}

function Secret({ name, title, multiline, known, change, onChange }: { name: string; title: string; multiline: boolean; known: ConnectorSecret | undefined; change: string | null | undefined; onChange: (value: string | null | undefined) => void }) {
  if (known && change === undefined)
    return (
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
        <span className="flex min-w-0 flex-1 items-center gap-2">
          <KeyRound className="size-4 shrink-0 text-[var(--s-succeeded)]" aria-hidden />
          <span className="truncate font-medium">{title}</span>
          <span className="text-xs whitespace-nowrap text-ink-3">
            {text.connectors.secret.set(<Time at={known.updated_at} />)}
          </span>
          {known.previous_until && (
            <span className="text-xs text-ink-3">
              {text.connectors.secret.until(<Time at={known.previous_until} />)}
            </span>
          )}
        </span>
        <Button small onClick={() => onChange("")}>
          {text.connectors.secret.replace}
        </Button>
        <IconButton small label={text.common.removeNamed(title)} icon={X} onClick={() => onChange(null)} />
      </div>
    );
  if (change === null)
    return (
      <p className="flex items-center gap-3 text-sm text-ink-2">
        <span className="min-w-0 flex-1 truncate line-through">{title}</span>
        <span className="text-xs">{text.connectors.secret.removed}</span>
        <IconButton small label={text.connectors.secret.keep(title)} icon={Undo2} onClick={() => onChange(undefined)} />
      </p>
    );
  const set = (value: string) => onChange(value === "" && !known ? undefined : value);
  return (
    <div className="flex items-end gap-2">
      <div className="min-w-0 flex-1">
        <Field label={title} hint={title === name ? undefined : name}>
          {(ids) =>
            multiline ? (
              <TextArea {...ids} className="font-mono text-xs" value={change ?? ""} onChange={(event) => set(event.target.value)} />
            ) : (
              <TextInput {...ids} type="password" autoComplete="new-password" className="font-mono text-xs" value={change ?? ""} onChange={(event) => set(event.target.value)} />
            )
          }
        </Field>
      </div>
      {known && <IconButton label={text.connectors.secret.keepAsIs(title)} icon={Undo2} onClick={() => onChange(undefined)} />}
    </div>
  );
}
