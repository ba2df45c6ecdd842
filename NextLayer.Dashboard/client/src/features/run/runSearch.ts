import { choice, one, whole, type Search } from "@/shared/url/search";

export const RUN_TABS = ["graph", "timeline", "steps", "logs", "data", "events", "audit"] as const;
export type RunTab = (typeof RUN_TABS)[number];

/** What of a run is shown: `?tab=logs&step=fetch&level=error&q=timeout&seq=12`, `?step=fetch&attempt=2`. */
export interface RunSearch {
  tab?: RunTab | undefined;
  step?: string | undefined;
  /** The attempt of the step that somebody was sent to, of the newest try. */
  attempt?: number | undefined;
  /** Shows the run as it stood after this event. */
  seq?: number | undefined;
  level?: "debug" | "info" | "warning" | "error" | undefined;
  q?: string | undefined;
  line?: number | undefined;
}

export function readRunSearch(search: Search): RunSearch {
  return {
    tab: choice(search, "tab", RUN_TABS),
    step: one(search, "step"),
    attempt: whole(search, "attempt"),
    seq: whole(search, "seq"),
    level: choice(search, "level", ["debug", "info", "warning", "error"]),
    q: one(search, "q"),
    line: whole(search, "line"),
  };
}
