import { useSyncExternalStore } from "react";
import type { TimeMode } from "../time/format";

export type ThemeChoice = "system" | "light" | "dark";

export interface Prefs {
  theme: ThemeChoice;
  time: TimeMode;
  /** Tenant that the pages show; null shows all. */
  tenantId: string | null;
  /** Columns of the runs list, in order; null takes the usual ones. */
  runColumns: string[] | null;
  savedViews: { name: string; search: string }[];
  navCollapsed: boolean;
  /** Long lines of a log go on in the next row. */
  logWrap: boolean;
  /** Lines of a log tell the time since the run was made, instead of the clock. */
  logSince: boolean;
}

const KEY = "nextlayer.prefs";
const USUAL: Prefs = { theme: "system", time: "relative", tenantId: null, runColumns: null, savedViews: [], navCollapsed: false, logWrap: true, logSince: false };

let current = read();
const listeners = new Set<() => void>();

function read(): Prefs {
  try {
    return { ...USUAL, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Prefs>) };
  } catch {
    return USUAL;
  }
}

export function getPrefs(): Prefs {
  return current;
}

export function setPrefs(change: Partial<Prefs>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // A browser without storage forgets; the page still works.
  }
  applyTheme();
  for (const listener of listeners) listener();
}

export function usePrefs(): Prefs {
  return useSyncExternalStore(subscribe, getPrefs);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const dark = () => matchMedia("(prefers-color-scheme: dark)");

function applyTheme(): void {
  const { theme } = current;
  document.documentElement.dataset.theme = theme === "dark" || (theme === "system" && dark().matches) ? "dark" : "light";
}

/** Follows the system's theme, and changes that other tabs make. */
export function watchPrefs(): void {
  dark().addEventListener("change", applyTheme);
  addEventListener("storage", (event) => {
    if (event.key !== KEY) return;
    current = read();
    applyTheme();
    for (const listener of listeners) listener();
  });
}
