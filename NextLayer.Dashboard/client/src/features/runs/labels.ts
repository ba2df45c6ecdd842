import type { Run } from "@/shared/api/types";

export const MOST_LABELS = 16;

/** What is wrong with "key=value"; null when nothing is. */
export function wrongWithPair(text: string): string | null {
  const end = text.indexOf("=");
  if (end < 1) return `${text || "It"} must be key=value.`;
  if (!/^[A-Za-z0-9._/-]{1,63}$/.test(text.slice(0, end))) return `The key ${text.slice(0, end)} may have up to 63 letters, digits, and . _ / -.`;
  return text.length - end - 1 > 255 ? `The value of ${text.slice(0, end)} is longer than 255 characters.` : null;
}

/** Labels as they are typed: key=value, one a line. */
export function readLabels(text: string): { labels: Record<string, string>; error: string | null } {
  const labels: Record<string, string> = {};
  for (const line of text.split("\n").map((each) => each.trim()).filter(Boolean)) {
    const error = wrongWithPair(line);
    if (error) return { labels: {}, error };
    labels[line.slice(0, line.indexOf("="))] = line.slice(line.indexOf("=") + 1);
  }
  return Object.keys(labels).length > MOST_LABELS ? { labels: {}, error: `At most ${MOST_LABELS} labels.` } : { labels, error: null };
}

/** The labels of a run as pairs, in the order in which they were given. */
export function pairsOf(labels: Run["labels"]): string[] {
  return Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
}
