import { useState } from "react";
import { parseLoose } from "@/shared/form/SchemaForm";
import { object } from "@/shared/graph/definition";
import { text } from "@/shared/text";
import { CONTROL, Field } from "@/shared/ui/Form";
import { cx } from "@/shared/ui/cx";
import { toDefinition, toDraft, type Draft } from "./model";

/** The whole definition as text. */
export function JsonView({ draft, frozen, onChange }: { draft: Draft; frozen: boolean; onChange: (draft: Draft) => void }) {
  const [typed, setTyped] = useState(() => JSON.stringify(toDefinition(draft), null, 2));
  const parsed = parseLoose(typed);
  const error = parsed.error ?? (object(parsed.value) ? null : text.builder.json.notObject);
  return (
    <Field label={text.builder.json.label} hint={text.builder.json.hint} error={error ?? undefined}>
      {(ids) => (
        <textarea
          {...ids}
          rows={28}
          spellCheck={false}
          readOnly={frozen}
          className={cx(CONTROL, "py-2 font-mono text-xs")}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            const next = parseLoose(event.target.value);
            const definition = object(next.value);
            if (definition) onChange(toDraft(definition));
          }}
        />
      )}
    </Field>
  );
}
