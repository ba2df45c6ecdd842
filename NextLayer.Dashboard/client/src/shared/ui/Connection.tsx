import { CloudOff, Pause, Radio, RefreshCw, type LucideIcon } from "lucide-react";
import type { Connection } from "../api/socket";
import { cx } from "./cx";

const LOOKS: Record<Connection | "paused" | "behind", { word: string; hint: string; icon: LucideIcon; tone: string }> = {
  live: { word: "Live", hint: "News come as they happen.", icon: Radio, tone: "text-[var(--s-succeeded)]" },
  behind: { word: "Catching up", hint: "Reading what happened before.", icon: RefreshCw, tone: "text-ink-2" },
  connecting: { word: "Connecting", hint: "Opening the live connection.", icon: RefreshCw, tone: "text-ink-2" },
  polling: { word: "Polling", hint: "There is no live connection now; the page asks every two seconds.", icon: RefreshCw, tone: "text-ink-2" },
  offline: { word: "Offline", hint: "The browser has no network. What is shown may be old.", icon: CloudOff, tone: "text-[var(--s-failed)]" },
  paused: { word: "Paused", hint: "News are held back until you go on.", icon: Pause, tone: "text-[var(--s-paused)]" },
};

export function ConnectionBadge({ state, className }: { state: Connection | "paused" | "behind"; className?: string }) {
  const { word, hint, icon: Icon, tone } = LOOKS[state];
  return (
    <span role="status" title={hint} className={cx("inline-flex items-center gap-1.5 text-xs font-medium whitespace-nowrap", tone, className)}>
      <Icon className="size-3.5" aria-hidden />
      {word}
    </span>
  );
}
