import { useSyncExternalStore } from "react";

export interface Toast {
  id: number;
  text: string;
  kind: "info" | "error";
}

let toasts: readonly Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();

function set(value: readonly Toast[]): void {
  toasts = value;
  for (const listener of listeners) listener();
}

/** Says something in the corner; errors stay until they are closed. */
export function toast(text: string, kind: Toast["kind"] = "info"): void {
  const id = next++;
  set([...toasts.slice(-3), { id, text, kind }]);
  if (kind === "info") setTimeout(() => dismiss(id), 4000);
}

export function dismiss(id: number): void {
  set(toasts.filter((each) => each.id !== id));
}

export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
}
