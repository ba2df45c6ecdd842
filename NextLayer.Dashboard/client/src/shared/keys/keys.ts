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
const FIRST_KEYS = /^[gt]$/;

/**
 * Remembers the first key of two. Several parts of a page hear the same press, in no certain order: it counts once, and
 * all of them are told the same.
 */
export class Sequence {
  private first: { key: string; at: number } | null = null;
  private heard: { event: unknown; name: string | null } | null = null;

  /** "g r" for the second key of two in a row; null for any other press. */
  hear(event: { readonly timeStamp: number }, key: string): string | null {
    if (this.heard?.event !== event) {
      this.heard = { event, name: this.first && event.timeStamp - this.first.at < SEQUENCE_MS ? `${this.first.key} ${key}` : null };
      this.first = FIRST_KEYS.test(key) ? { key, at: event.timeStamp } : null;
    }
    return this.heard.name;
  }

  /** The press has done something: it is not the first of another two. */
  done(): void {
    this.first = null;
  }
}

const sequence = new Sequence();

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
      const pair = sequence.hear(event, name);
      const action = (pair && current.current[pair]) || current.current[name];
      if (!action) return;
      sequence.done();
      event.preventDefault();
      action(event);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [active]);
}
