import type { Run } from "@/shared/api/types";
import { text } from "@/shared/text";

export const MOST_LABELS = 16;

/** What is wrong with "key=value"; null when nothing is. */
export function wrongWithPair(typed: string): string | null {
  const end = typed.indexOf("=");
  if (end < 1) return text.runs.labels.form(typed || text.runs.labels.it);
  if (!/^[A-Za-z0-9._/-]{1,63}$/.test(typed.slice(0, end))) return text.runs.labels.keyRule(typed.slice(0, end));
  return typed.length - end - 1 > 255 ? text.runs.labels.valueRule(typed.slice(0, end)) : null;
}

/** Labels as they are typed: key=value, one a line. */
export function readLabels(typed: string): { labels: Record<string, string>; error: string | null } {
  const labels: Record<string, string> = {};
  for (const line of typed.split("\n").map((each) => each.trim()).filter(Boolean)) {
    const error = wrongWithPair(line);
    if (error) return { labels: {}, error };
    labels[line.slice(0, line.indexOf("="))] = line.slice(line.indexOf("=") + 1);
  }
  return Object.keys(labels).length > MOST_LABELS ? { labels: {}, error: text.runs.labels.most(MOST_LABELS) } : { labels, error: null };
}

/** The labels of a run as pairs, in the order in which they were given. */
export function pairsOf(labels: Run["labels"]): string[] {
  return Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
}
