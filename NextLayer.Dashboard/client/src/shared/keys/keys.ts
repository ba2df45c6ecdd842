import { useEffect, useRef } from "react";

/** A key or two in a row ("g r"), or with Ctrl/Cmd ("mod+k"). */
export type Keymap = Record<string, (event: KeyboardEvent) => void>;

/** Keys that come from a field belong to it. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

export function nameOfKey(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">): string {
  const mod = event.ctrlKey || event.metaKey ? "mod+" : "";
  const shift = event.shiftKey && event.key.length > 1 ? "shift+" : "";
  return `${mod}${shift}${event.key.length === 1 && mod ? event.key.toLowerCase() : event.key}`;
}

const SEQUENCE_MS = 900;
let pending: { key: string; at: number } | null = null;

/** The keys of a part of the page, while it is shown. Dialogs have the keyboard to themselves. */
export function useKeys(keymap: Keymap, active = true): void {
  const current = useRef(keymap);
  useEffect(() => {
    current.current = keymap;
  });
  useEffect(() => {
    if (!active) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey) return;
      const name = nameOfKey(event);
      const withMod = name.startsWith("mod+");
      if (!withMod && (isTyping(event.target) || document.querySelector('[role="dialog"],[role="menu"]'))) return;
      const sequence = pending && event.timeStamp - pending.at < SEQUENCE_MS ? `${pending.key} ${name}` : null;
      const action = (sequence && current.current[sequence]) || current.current[name];
      if (!action) {
        if (/^[gt]$/.test(name)) pending = { key: name, at: event.timeStamp };
        return;
      }
      pending = null;
      event.preventDefault();
      action(event);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [active]);
}
