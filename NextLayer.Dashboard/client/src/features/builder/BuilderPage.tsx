import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate as useAnyNavigate } from "@tanstack/react-router";
import { AlignHorizontalDistributeCenter, Braces, CheckCircle2, CloudCheck, CloudOff, LoaderCircle, Plus, Redo2, Rocket, TriangleAlert, Undo2 } from "lucide-react";
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from "react";
import { useAccess } from "@/shared/access/me";
import { patch, post, sentenceOf } from "@/shared/api/http";
import { catalogQuery, pipelineQuery, versionQuery, versionsQuery } from "@/shared/api/queries";
import type { DefinitionFlaw, PipelineVersion, StepType } from "@/shared/api/types";
import { parseLoose } from "@/shared/form/SchemaForm";
import { object } from "@/shared/graph/definition";
import { useKeys } from "@/shared/keys/keys";
import { compare } from "@/features/pipelines/compare";
import { DifferenceGraph } from "@/features/pipelines/DifferenceGraph";
import { DifferenceView } from "@/features/pipelines/DifferenceView";
import { Button, IconButton } from "@/shared/ui/Button";
import { CONTROL, Field, TextInput } from "@/shared/ui/Form";
import { Dialog, Drawer } from "@/shared/ui/Overlay";
import { Page } from "@/shared/ui/Page";
import { Failure, SkeletonRows } from "@/shared/ui/States";
import { VersionBadge } from "@/shared/ui/Status";
import { toast } from "@/shared/ui/toasts";
import { cx } from "@/shared/ui/cx";
import { addStep, arrange, copySteps, pasteSteps, removeParts, toDefinition, toDraft, type Draft } from "./model";
import { Conflict } from "./Conflict";
import { Palette } from "./Palette";
import { StepForm } from "./StepForm";
import { readSaved, useDraft, type Saved as Opened, type SaveState } from "./useDraft";

const Canvas = lazy(() => import("./Canvas"));
const route = getRouteApi("/pipelines/$pipelineId/versions/$versionId/edit");
const NONE: ReadonlySet<string> = new Set();

export function BuilderPage() {
  const { versionId } = route.useParams();
  const version = useQuery({ ...versionQuery(versionId), refetchOnWindowFocus: false });
  const catalog = useQuery(catalogQuery());
  const opened = useQuery({
    queryKey: ["draft", versionId],
    queryFn: ({ signal }) => readSaved(version.data!, signal),
    enabled: version.data !== undefined,
    // Each opening begins with what is there now, and keeps to it.
    staleTime: Infinity,
    gcTime: 0,
    refetchOnMount: "always",
    refetchOnReconnect: false,
  });
  if (version.isPending || catalog.isPending || (version.data && opened.isPending)) return <Page title="Builder"><SkeletonRows /></Page>;
  if (!version.data) return <Page title="Builder"><Failure error={version.error} what="this version" retry={() => void version.refetch()} /></Page>;
  if (!catalog.data) return <Page title="Builder"><Failure error={catalog.error} what="the catalog of steps" retry={() => void catalog.refetch()} /></Page>;
  if (!opened.data) return <Page title="Builder"><Failure error={opened.error} what="this draft" retry={() => void opened.refetch()} /></Page>;
  return <Builder key={versionId} version={version.data} opened={opened.data} catalog={catalog.data} />;
}

function Builder({ version, opened, catalog }: { version: PipelineVersion; opened: Opened; catalog: readonly StepType[] }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const pipeline = useQuery(pipelineQuery(version.pipeline_id)).data;
  const { can } = useAccess();
  const frozen = version.status !== "DRAFT" || !can("workflows.write", version.tenant_id);
  const work = useDraft(version, opened, frozen);
  const { draft, set } = work;
  const types = useMemo(() => new Map(catalog.map((type) => [type.type, type])), [catalog]);
  const [selected, setSelected] = useState({ nodes: search.step ? new Set([search.step]) as ReadonlySet<string> : NONE, edges: NONE });
  const [fit, setFit] = useState(0);
  const [focus, setFocus] = useState<string | null>(null);
  const [publishing, setPublishing] = useState(false);
  const [paletteOpen, setPaletteOpen] = useState(false);
  const flaws = work.flaws ?? [];

  const open = useCallback((step: string | undefined) => void navigate({ search: (old) => ({ ...old, step }), replace: true }), [navigate]);
  const select = useCallback(
    (nodes: ReadonlySet<string>, edges: ReadonlySet<string>) => {
      setSelected({ nodes, edges });
      const [only] = nodes;
      open(nodes.size === 1 ? only : undefined);
    },
    [open],
  );
  const add = (type: StepType, at?: { x: number; y: number }) => {
    const right = Math.max(-260, ...draft.nodes.map((node) => node.position?.x ?? 0));
    const row = draft.nodes.at(-1)?.position?.y ?? 0;
    const made = addStep(draft, type, at ?? { x: right + 280, y: row });
    set(made.draft);
    select(new Set([made.id]), NONE);
    setPaletteOpen(false);
    if (!at) setFit((old) => old + 1);
  };
  const removeSelected = () => {
    if (frozen || (selected.nodes.size === 0 && selected.edges.size === 0)) return;
    set(removeParts(draft, selected.nodes, selected.edges));
    select(NONE, NONE);
  };
  const jump = (flaw: DefinitionFlaw) => {
    if (!flaw.node_id) return;
    select(new Set([flaw.node_id]), NONE);
    setFocus(null);
    requestAnimationFrame(() => setFocus(flaw.node_id));
  };
  const tidy = () => {
    set(arrange(draft));
    setFit((old) => old + 1);
  };

  useKeys(
    {
      l: tidy,
      Delete: removeSelected,
      Backspace: removeSelected,
      "/": () => document.querySelector<HTMLInputElement>("[data-palette] [data-search]")?.focus(),
    },
    !frozen,
  );
  useModKeys({ draft, selected: selected.nodes, frozen, undo: work.undo, redo: work.redo, save: () => void work.saveNow(), paste: (text) => {
    const pasted = pasteSteps(draft, text);
    if (!pasted) return false;
    set(pasted.draft);
    select(new Set(pasted.ids), NONE);
    return true;
  } });

  const node = draft.nodes.find((each) => each.id === search.step);
  return (
    <Page
      fill
      title={pipeline?.name ?? "Builder"}
      trail={
        <>
          <Link to="/pipelines" className="hover:text-ink hover:underline">Pipelines</Link>
          {" / "}
          <Link to="/pipelines/$pipelineId" params={{ pipelineId: version.pipeline_id }} search={{ version: version.id }} className="hover:text-ink hover:underline">{pipeline?.name ?? "…"}</Link>
          {" / "}
          {version.version}
        </>
      }
      aside={<VersionBadge status={version.status} />}
      actions={
        <>
          <Saved state={work.saveState} error={work.saveError} />
          <IconButton label="Undo" icon={Undo2} kind="secondary" disabled={!work.canUndo || frozen} onClick={work.undo} />
          <IconButton label="Redo" icon={Redo2} kind="secondary" disabled={!work.canRedo || frozen} onClick={work.redo} />
          <IconButton label="Lay out" icon={AlignHorizontalDistributeCenter} kind="secondary" disabled={frozen} onClick={tidy} />
          <Button icon={Braces} aria-pressed={search.view === "json"} onClick={() => void navigate({ search: (old) => ({ ...old, view: old.view === "json" ? undefined : "json" }), replace: true })}>
            {search.view === "json" ? "Drawing" : "JSON"}
          </Button>
          <Button kind="primary" icon={Rocket} needs="workflows.publish" tenant={version.tenant_id} disabled={frozen} onClick={() => void work.saveNow().then(() => setPublishing(true), () => undefined)}>
            Publish…
          </Button>
        </>
      }
    >
      {frozen && <p className="rounded-lg bg-sunken px-3 py-2 text-sm text-ink-2">{version.status === "DRAFT" ? "You may look at this draft, not change it: that takes the role of an operator." : <>This version is {version.status.toLowerCase()} and can no longer be changed. Make a new draft from it to go on.</>}</p>}
      {work.theirs && <Conflict theirs={work.theirs} draft={draft} onTake={work.takeTheirs} onKeep={work.keepMine} />}
      <Problems flaws={work.flaws} onJump={jump} />
      {search.view === "json" ? (
        <JsonView draft={draft} frozen={frozen} onChange={(next) => set(next)} />
      ) : (
        <div className={cx("grid min-h-[32rem] flex-1 grid-cols-1 gap-3", frozen ? (node ? "xl:grid-cols-[minmax(0,1fr)_24rem]" : "") : node ? "lg:grid-cols-[13rem_minmax(0,1fr)] xl:grid-cols-[13rem_minmax(0,1fr)_24rem]" : "lg:grid-cols-[13rem_minmax(0,1fr)]")}>
          {!frozen && (
            <div data-palette className="hidden min-h-0 lg:flex lg:flex-col">
              <Palette types={catalog} onAdd={add} />
            </div>
          )}
          <div className="relative min-h-[26rem] overflow-hidden rounded-xl border border-line bg-surface">
            <Suspense fallback={<SkeletonRows />}>
              <Canvas draft={draft} types={types} flaws={flaws} selected={selected} frozen={frozen} fit={fit} focus={focus} onSelect={select} onChange={(next, about) => set(next, about ?? null)} onRefuse={(why) => toast(why, "error")} onDrop={(type, at) => add(type, at)} />
            </Suspense>
            {draft.nodes.length === 0 && (
              <p className="pointer-events-none absolute inset-0 flex items-center justify-center px-6 text-center text-sm text-ink-3">Drag a step here, or click one to add it. Then draw from its right side to the next step's left.</p>
            )}
            {!frozen && (
              <Button icon={Plus} className="absolute top-3 left-3 lg:hidden" onClick={() => setPaletteOpen(true)}>
                Add a step
              </Button>
            )}
          </div>
          {node && <StepForm version={version} draft={draft} node={node} type={types.get(node.type)} flaws={flaws} frozen={frozen} onChange={(next, about) => set(next, about ?? null)} onRenamed={(id) => select(new Set([id]), NONE)} onDelete={removeSelected} onClose={() => select(NONE, NONE)} />}
        </div>
      )}
      <Drawer open={paletteOpen} onOpenChange={setPaletteOpen} title="Add a step">
        <div className="p-4">
          <Palette types={catalog} onAdd={add} />
        </div>
      </Drawer>
      {publishing && <PublishDialog version={version} flaws={flaws} draft={draft} onClose={() => setPublishing(false)} />}
    </Page>
  );
}

interface ModKeys {
  draft: Draft;
  selected: ReadonlySet<string>;
  frozen: boolean;
  undo: () => void;
  redo: () => void;
  save: () => void;
  paste: (text: string) => boolean;
}

/** Ctrl/Cmd with a letter, and the clipboard's own events: fields keep theirs. */
function useModKeys({ draft, selected, frozen, undo, redo, save, paste }: ModKeys) {
  const inField = (target: EventTarget | null) => target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  const outside = (act: () => void) => (event: KeyboardEvent) => {
    if (!inField(event.target)) act();
  };
  useKeys({ "mod+z": outside(undo), "mod+y": outside(redo), "mod+s": save }, !frozen);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.shiftKey && event.key.toLowerCase() === "z" && !inField(event.target) && !frozen) {
        event.preventDefault();
        redo();
      }
    };
    const onCopy = (event: ClipboardEvent) => {
      if (inField(event.target) || selected.size === 0 || getSelection()?.toString()) return;
      event.clipboardData?.setData("text/plain", copySteps(draft, selected));
      event.preventDefault();
      toast(selected.size === 1 ? "Step copied." : `${selected.size} steps copied.`);
    };
    const onPaste = (event: ClipboardEvent) => {
      if (frozen || inField(event.target)) return;
      if (paste(event.clipboardData?.getData("text/plain") ?? "")) event.preventDefault();
    };
    addEventListener("keydown", onKey, true);
    addEventListener("copy", onCopy);
    addEventListener("paste", onPaste);
    return () => {
      removeEventListener("keydown", onKey, true);
      removeEventListener("copy", onCopy);
      removeEventListener("paste", onPaste);
    };
  }, [draft, selected, frozen, redo, paste]);
}

function Saved({ state, error }: { state: SaveState; error: unknown }) {
  if (state === "frozen") return null;
  const looks = {
    saved: [CloudCheck, "Saved", "text-ink-3"],
    waiting: [LoaderCircle, "Not saved yet", "text-ink-3"],
    saving: [LoaderCircle, "Saving", "text-ink-3"],
    conflict: [CloudOff, "Not saved", "text-warn"],
    failed: [CloudOff, "Not saved", "text-[var(--s-failed)]"],
  } as const;
  const [Icon, word, tone] = looks[state];
  return (
    <span role="status" title={state === "failed" ? sentenceOf(error) : undefined} className={cx("inline-flex items-center gap-1.5 text-xs whitespace-nowrap", tone)}>
      <Icon className={cx("size-4", (state === "saving" || state === "waiting") && "animate-spin")} aria-hidden />
      {word}
    </span>
  );
}

function Problems({ flaws, onJump }: { flaws: readonly DefinitionFlaw[] | null; onJump: (flaw: DefinitionFlaw) => void }) {
  if (!flaws) return null;
  if (flaws.length === 0)
    return (
      <p className="-my-1 flex items-center gap-1.5 text-xs text-[var(--s-succeeded)]">
        <CheckCircle2 className="size-3.5" aria-hidden /> Nothing is wrong with it.
      </p>
    );
  return (
    <details className="rounded-xl border border-line bg-surface px-3 py-2" open={flaws.length <= 3}>
      <summary className="text-sm font-medium">
        <TriangleAlert className="mr-1.5 inline size-4 text-[var(--s-failed)]" aria-hidden />
        {flaws.length} {flaws.length === 1 ? "thing" : "things"} to mend before it can be published
      </summary>
      <ul className="mt-1.5 max-h-40 overflow-y-auto text-sm">
        {flaws.map((flaw, index) => (
          <li key={index}>
            <button type="button" disabled={!flaw.node_id} className="w-full rounded px-1.5 py-1 text-left hover:bg-hover disabled:cursor-default" onClick={() => onJump(flaw)}>
              {flaw.node_id && <code className="mr-2 rounded bg-sunken px-1 text-xs text-ink-2">{flaw.node_id}</code>}
              {flaw.message}
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}

function JsonView({ draft, frozen, onChange }: { draft: Draft; frozen: boolean; onChange: (draft: Draft) => void }) {
  const [text, setText] = useState(() => JSON.stringify(toDefinition(draft), null, 2));
  const parsed = parseLoose(text);
  const error = parsed.error ?? (object(parsed.value) ? null : "The definition must be an object.");
  return (
    <Field label="The whole definition" hint="Changes go to the drawing as you type." error={error ?? undefined}>
      {(ids) => (
        <textarea
          {...ids}
          rows={28}
          spellCheck={false}
          readOnly={frozen}
          className={cx(CONTROL, "py-2 font-mono text-xs")}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            const next = parseLoose(event.target.value);
            const definition = object(next.value);
            if (definition) onChange(toDraft(definition));
          }}
        />
      )}
    </Field>
  );
}

function PublishDialog({ version, flaws, draft, onClose }: { version: PipelineVersion; flaws: readonly DefinitionFlaw[]; draft: Draft; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useAnyNavigate();
  const approved = useQuery(versionsQuery({ pipelineId: version.pipeline_id, status: "APPROVED" })).data?.items.toSorted((a, b) => b.version_number - a.version_number)[0];
  const [label, setLabel] = useState(version.version);
  const publish = useMutation({
    mutationFn: async () => {
      if (label !== version.version) await patch(`/api/pipeline-versions/${version.id}`, { version: label });
      return post(`/api/pipeline-versions/${version.id}/status`, { status: "APPROVED" });
    },
    meta: { quiet: true },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["versions"] });
      void client.invalidateQueries({ queryKey: ["version", version.id] });
      toast(`${label} is published.`);
      void navigate({ to: "/pipelines/$pipelineId", params: { pipelineId: version.pipeline_id }, search: { version: version.id } });
    },
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Publish ${version.version}?`}
      description="Once published it can be run, and it never changes again."
      wide
      footer={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button kind="primary" icon={Rocket} busy={publish.isPending} disabled={flaws.length > 0 || !label.trim()} onClick={() => publish.mutate()}>
            Publish
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {flaws.length > 0 && <p className="rounded-lg bg-danger-soft px-3 py-2 text-sm">{flaws.length === 1 ? "One thing is" : `${flaws.length} things are`} wrong in it. Mend that first.</p>}
        <Field label="Version's name">{(ids) => <TextInput {...ids} value={label} maxLength={100} onChange={(event) => setLabel(event.target.value)} />}</Field>
        <section>
          <h3 className="mb-1.5 text-xs font-medium text-ink-2">{approved ? `What changes against ${approved.version}, the current version` : "What it does"}</h3>
          <DifferenceView difference={compare(approved?.dag_spec ?? null, toDefinition(draft))} />
          {approved && draft.nodes.length > 0 && (
            <div className="mt-3">
              <DifferenceGraph before={approved.dag_spec} after={toDefinition(draft)} />
            </div>
          )}
        </section>
        <p className="text-sm text-ink-2">Runs that are under way go on with the version they began with. Schedules and webhooks take this one from their next run on.</p>
        {publish.isError && <p role="alert" className="text-sm text-[var(--s-failed)]">{sentenceOf(publish.error)}</p>}
      </div>
    </Dialog>
  );
}
