import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { patch, post } from "@/shared/api/http";
import type { DefinitionFlaw, PipelineVersion, Validation } from "@/shared/api/types";
import { begin, change, redo, undo, type Undoable } from "./history";
import { toDefinition, toDraft, type Draft } from "./model";

const SAVE_MS = 900;

export type SaveState = "saved" | "waiting" | "saving" | "failed" | "frozen";

/** A draft with its past, saved by itself a moment after each change, and checked after each save. */
export function useDraft(version: PipelineVersion) {
  const client = useQueryClient();
  const [state, setState] = useState<Undoable<Draft>>(() => begin(toDraft(version.dag_spec)));
  const [flaws, setFlaws] = useState<readonly DefinitionFlaw[] | null>(null);
  const saved = useRef(JSON.stringify(toDefinition(state.now)));
  const [dirty, setDirty] = useState(false);
  const frozen = version.status !== "DRAFT";

  const check = useCallback(async () => {
    const { errors } = await post<Validation>(`/api/pipeline-versions/${version.id}/validate`);
    setFlaws(errors);
  }, [version.id]);
  const save = useMutation({
    mutationFn: async (draft: Draft) => {
      const definition = toDefinition(draft);
      const answer = await patch<PipelineVersion>(`/api/pipeline-versions/${version.id}`, { dag_spec: definition });
      saved.current = JSON.stringify(definition);
      client.setQueryData(["version", version.id], answer);
      await check();
      return answer;
    },
    meta: { quiet: true },
  });
  const { mutateAsync } = save;

  useEffect(() => {
    if (frozen) return;
    void check().catch(() => undefined);
  }, [check, frozen]);
  useEffect(() => {
    const now = JSON.stringify(toDefinition(state.now));
    setDirty(now !== saved.current);
    if (frozen || now === saved.current) return;
    const timer = setTimeout(() => void mutateAsync(state.now).then(() => setDirty(JSON.stringify(toDefinition(state.now)) !== saved.current), () => undefined), SAVE_MS);
    return () => clearTimeout(timer);
  }, [state.now, frozen, mutateAsync]);
  useEffect(() => {
    if (!dirty) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [dirty]);

  const saveState: SaveState = frozen ? "frozen" : save.isPending ? "saving" : save.isError ? "failed" : dirty ? "waiting" : "saved";
  return {
    draft: state.now,
    set: useCallback((next: Draft | null, about: string | null = null) => next && setState((old) => change(old, next, about)), []),
    undo: useCallback(() => setState(undo), []),
    redo: useCallback(() => setState(redo), []),
    canUndo: state.past.length > 0,
    canRedo: state.future.length > 0,
    flaws,
    saveState,
    saveError: save.error,
    saveNow: () => (dirty ? mutateAsync(state.now) : Promise.resolve(null)),
  };
}
