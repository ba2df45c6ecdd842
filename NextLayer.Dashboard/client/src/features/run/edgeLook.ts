import type { RunView } from "./fold";

/** Live where work goes along it now, done where it went, dim where it never will. */
export function edgeLook(view: RunView, source: string, target: string, port: string | null): string {
  const from = view.steps.get(source);
  const to = view.steps.get(target);
  if (to?.status === "skipped" || from?.status === "skipped") return "dim";
  if (from?.status !== "completed" && !(from?.status === "failed" && port === "error")) return "";
  if (from.last?.port && port && from.last.port !== port) return "dim";
  return to?.status === "running" || to?.status === "waiting" ? "live" : to ? "done" : "";
}
