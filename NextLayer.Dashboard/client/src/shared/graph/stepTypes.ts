import { Bell, Box, Brain, Clock, Code, Database, GitBranch, Globe, Mail, Repeat, Shuffle, UserCheck, Webhook, type LucideIcon } from "lucide-react";
import { text } from "../text";

const ICONS: Record<string, LucideIcon> = {
  globe: Globe,
  webhook: Webhook,
  mail: Mail,
  brain: Brain,
  "git-branch": GitBranch,
  code: Code,
  repeat: Repeat,
  database: Database,
  shuffle: Shuffle,
  clock: Clock,
  "user-check": UserCheck,
  bell: Bell,
};

const KNOWN: Record<string, { icon: string; category: string }> = {
  http_request: { icon: "globe", category: "integrations" },
  webhook: { icon: "webhook", category: "integrations" },
  send_email: { icon: "mail", category: "integrations" },
  llm_call: { icon: "brain", category: "ai" },
  condition: { icon: "git-branch", category: "logic" },
  inline_code: { icon: "code", category: "logic" },
  for_each: { icon: "repeat", category: "logic" },
  database_query: { icon: "database", category: "data" },
  transform: { icon: "shuffle", category: "data" },
  delay: { icon: "clock", category: "flow" },
  wait_for_approval: { icon: "user-check", category: "flow" },
  wait_for_event: { icon: "bell", category: "flow" },
};

/** An icon by the catalog's name for it. */
export function iconNamed(name: string): LucideIcon {
  return ICONS[name] ?? Box;
}

export function iconOfType(type: string): LucideIcon {
  return ICONS[KNOWN[type]?.icon ?? ""] ?? Box;
}

/** A colour for the kind of work a step does. */
export function colorOfType(type: string): string {
  const category = KNOWN[type]?.category;
  return category ? `var(--c-${category})` : "var(--ink-3)";
}

export function wordOfType(type: string): string {
  if (type === "http_request") return text.stepTypes.http_request;
  if (type === "llm_call") return text.stepTypes.llm_call;
  const words = type.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
