import { useState } from "react";
import { parseLoose } from "@/shared/form/SchemaForm";
import { object } from "@/shared/graph/definition";
import { CONTROL, Field } from "@/shared/ui/Form";
import { cx } from "@/shared/ui/cx";
import { toDefinition, toDraft, type Draft } from "./model";

/** The whole definition as text. */
export function JsonView({ draft, frozen, onChange }: { draft: Draft; frozen: boolean; onChange: (draft: Draft) => void }) {
  const [text, setText] = useState(() => JSON.stringify(toDefinition(draft), null, 2));
  const parsed = parseLoose(text);
  const error = parsed.error ?? (object(parsed.value) ? null : "The definition must be an object.");
  return (
    <Field label="The whole definition" hint="Changes go to the drawing as you type." error={error ?? undefined}>
      {(ids) => (
        <textarea
          {...ids}
          rows={28}
          spellCheck={false}
          readOnly={frozen}
          className={cx(CONTROL, "py-2 font-mono text-xs")}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            const next = parseLoose(event.target.value);
            const definition = object(next.value);
            if (definition) onChange(toDraft(definition));
          }}
        />
      )}
    </Field>
  );
}
