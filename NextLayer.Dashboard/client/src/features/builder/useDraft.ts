import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { changedPaths } from "@/features/pipelines/compare";
import { ApiError, post, request } from "@/shared/api/http";
import type { DefinitionFlaw, JsonObject, PipelineVersion, Validation } from "@/shared/api/types";
import { text } from "@/shared/text";
import { begin, change, redo, undo, type Undoable } from "./history";
import { toDefinition, toDraft, type Draft } from "./model";

const SAVE_MS = 900;

export type SaveState = "saved" | "waiting" | "saving" | "failed" | "conflict" | "frozen";

/** A draft as the server has it, and the mark by which it knows whether somebody has saved since. */
export interface Saved {
  definition: JsonObject;
  etag: string;
}

export async function readSaved(version: Pick<PipelineVersion, "id" | "tenant_id">, signal?: AbortSignal): Promise<Saved> {
  const { data, headers } = await request<{ definition: JsonObject | null }>(`/api/v1/workflows/${version.id}`, { tenantId: version.tenant_id, signal });
  return { definition: data.definition ?? {}, etag: headers.get("ETag") ?? "" };
}

/**
 * A draft with its past, saved by itself a moment after each change, and checked after each save. What somebody else
 * has saved in the meantime is never overwritten unasked.
 */
export function useDraft(version: PipelineVersion, opened: Saved, frozen: boolean) {
  const client = useQueryClient();
  const [state, setState] = useState<Undoable<Draft>>(() => begin(toDraft(opened.definition)));
  const [flaws, setFlaws] = useState<readonly DefinitionFlaw[] | null>(null);
  const [theirs, setTheirs] = useState<Saved | null>(null);
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [dirty, setDirty] = useState(false);
  // Compared as it was drawn: opening a definition in short form changes nothing.
  const saved = useRef(JSON.stringify(toDefinition(state.now)));
  const base = useRef(opened);
  const line = useRef<Promise<unknown>>(Promise.resolve());

  const check = useCallback(async () => {
    const { errors } = await post<Validation>(`/api/pipeline-versions/${version.id}/validate`);
    setFlaws(errors);
  }, [version.id]);

  const put = useCallback(
    async (definition: JsonObject, again: boolean): Promise<void> => {
      try {
        const { headers } = await request(`/api/v1/workflows/${version.id}`, { method: "PUT", body: { definition }, tenantId: version.tenant_id, ifMatch: base.current.etag });
        base.current = { definition, etag: headers.get("ETag") ?? "" };
      } catch (refusal) {
        if (!(refusal instanceof ApiError && refusal.status === 412)) throw refusal;
        const found = await readSaved(version);
        // Only its name was changed, or our own save had come through although its answer did not.
        const same = [base.current.definition, definition].some((each) => changedPaths(each, found.definition).length === 0);
        if (!same || !again) {
          setTheirs(found);
          throw refusal;
        }
        base.current = found;
        await put(definition, false);
      }
    },
    [version],
  );

  const save = useCallback(
    (draft: Draft) => {
      const definition = toDefinition(draft);
      const text = JSON.stringify(definition);
      // One after the other: two at once would each take the other for somebody else.
      const next = line.current.then(async () => {
        setSaving(true);
        setError(null);
        try {
          if (text !== saved.current) {
            await put(definition, true);
            saved.current = text;
            client.setQueryData<PipelineVersion>(["version", version.id], (old) => old && { ...old, dag_spec: definition });
            void client.invalidateQueries({ queryKey: ["versions"] });
          }
          await check();
        } catch (refusal) {
          setError(refusal);
          throw refusal;
        } finally {
          setSaving(false);
        }
      });
      line.current = next.catch(() => undefined);
      return next;
    },
    [check, client, put, version.id],
  );

  useEffect(() => {
    void check().catch(() => undefined);
  }, [check]);
  useEffect(() => {
    const now = JSON.stringify(toDefinition(state.now));
    setDirty(now !== saved.current);
    if (frozen || theirs || now === saved.current) return;
    const timer = setTimeout(() => void save(state.now).then(() => setDirty(false), () => undefined), SAVE_MS);
    return () => clearTimeout(timer);
  }, [state.now, frozen, theirs, save]);
  useEffect(() => {
    if (!dirty || frozen) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [dirty, frozen]);

  const resolve = (mine: boolean) => {
    if (!theirs) return;
    base.current = theirs;
    setTheirs(null);
    setError(null);
    if (mine) return void save(state.now).catch(() => undefined);
    const draft = toDraft(theirs.definition);
    saved.current = JSON.stringify(toDefinition(draft));
    // Ours stays a step back in the history.
    setState((old) => change(old, draft, null));
    void check().catch(() => undefined);
  };

  const saveState: SaveState = frozen ? "frozen" : theirs ? "conflict" : saving ? "saving" : error ? "failed" : dirty ? "waiting" : "saved";
  return {
    draft: state.now,
    set: useCallback((next: Draft | null, about: string | null = null) => next && setState((old) => change(old, next, about)), []),
    undo: useCallback(() => setState(undo), []),
    redo: useCallback(() => setState(redo), []),
    canUndo: state.past.length > 0,
    canRedo: state.future.length > 0,
    flaws,
    saveState,
    saveError: error,
    saveNow: () => (frozen ? Promise.resolve() : theirs ? Promise.reject(new Error(text.builder.conflict.refused)) : save(state.now)),
    /** What somebody else has saved since; null while nobody has. */
    theirs,
    takeTheirs: () => resolve(false),
    keepMine: () => resolve(true),
  };
}
