import { text } from "../text";
import { Field, Select } from "../ui/Form";

export const USUAL_OVERLAP = 86_400;

const OVERLAPS: readonly (readonly [number, string])[] = [
  [0, text.form.overlap.none],
  [3_600, text.form.overlap.hour],
  [86_400, text.form.overlap.day],
  [7 * 86_400, text.form.overlap.week],
  [30 * 86_400, text.form.overlap.month],
];

/** How long, in seconds, a secret is valid beside the one that replaces it. */
export function OverlapField({ label, hint, value, onChange }: { label: string; hint: string; value: number; onChange: (seconds: number) => void }) {
  return (
    <Field label={label} hint={hint}>
      {(ids) => (
        <Select {...ids} value={value} onChange={(event) => onChange(Number(event.target.value))}>
          {OVERLAPS.map(([seconds, word]) => (
            <option key={seconds} value={seconds}>
              {word}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
