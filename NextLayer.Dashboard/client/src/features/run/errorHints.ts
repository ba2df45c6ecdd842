import { text } from "@/shared/text";

/** What to do about a failed step, by its error's code; `docs/steps.md` tells what each code means. */
const HINTS: Readonly<Record<string, string>> = text.run.hints;

export function hintFor(code: string): string | null {
  return HINTS[code] ?? null;
}

export const HINTED: readonly string[] = Object.keys(HINTS);
