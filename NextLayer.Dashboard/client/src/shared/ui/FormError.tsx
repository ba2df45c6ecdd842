import { sentenceOf } from "../api/http";

/** Why a form was refused, beneath it. */
export function FormError({ error }: { error: unknown }) {
  return error ? (
    <p role="alert" className="text-sm text-[var(--s-failed)]">
      {sentenceOf(error)}
    </p>
  ) : null;
}
