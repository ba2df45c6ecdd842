import { CloudOff, Pause, Radio, RefreshCw, type LucideIcon } from "lucide-react";
import type { Connection } from "../api/socket";
import { text } from "../text";
import { cx } from "./cx";

const LOOKS: Record<Connection | "paused" | "behind", { word: string; hint: string; icon: LucideIcon; tone: string }> = {
  live: { word: text.connection.live.word, hint: text.connection.live.hint, icon: Radio, tone: "text-[var(--s-succeeded)]" },
  behind: { word: text.connection.behind.word, hint: text.connection.behind.hint, icon: RefreshCw, tone: "text-ink-2" },
  connecting: { word: text.connection.connecting.word, hint: text.connection.connecting.hint, icon: RefreshCw, tone: "text-ink-2" },
  polling: { word: text.connection.polling.word, hint: text.connection.polling.hint, icon: RefreshCw, tone: "text-ink-2" },
  offline: { word: text.connection.offline.word, hint: text.connection.offline.hint, icon: CloudOff, tone: "text-[var(--s-failed)]" },
  paused: { word: text.connection.paused.word, hint: text.connection.paused.hint, icon: Pause, tone: "text-[var(--s-paused)]" },
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
