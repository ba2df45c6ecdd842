/** States one can go back to and forward again. */
export interface Undoable<T> {
  past: readonly T[];
  now: T;
  future: readonly T[];
  /** What the last change was about; changes of the same thing in a row are undone as one. */
  about: string | null;
}

const MOST = 200;

export function begin<T>(now: T): Undoable<T> {
  return { past: [], now, future: [], about: null };
}

export function change<T>(state: Undoable<T>, now: T, about: string | null = null): Undoable<T> {
  if (Object.is(now, state.now)) return state;
  const same = about !== null && about === state.about;
  return { past: same ? state.past : [...state.past.slice(-MOST + 1), state.now], now, future: [], about };
}

export function undo<T>(state: Undoable<T>): Undoable<T> {
  const before = state.past.at(-1);
  return before === undefined ? state : { past: state.past.slice(0, -1), now: before, future: [state.now, ...state.future], about: null };
}

export function redo<T>(state: Undoable<T>): Undoable<T> {
  const [next, ...future] = state.future;
  return next === undefined ? state : { past: [...state.past, state.now], now: next, future, about: null };
}
