import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { AlignHorizontalDistributeCenter, Braces, FlaskConical, Plus, Redo2, Rocket, Undo2 } from "lucide-react";
import { lazy, Suspense, useCallback, useMemo, useState } from "react";
import { useAccess } from "@/shared/access/me";
import { catalogQuery, pipelineQuery, versionQuery } from "@/shared/api/queries";
import type { DefinitionFlaw, PipelineVersion, StepType } from "@/shared/api/types";
import { useKeys } from "@/shared/keys/keys";
import { text } from "@/shared/text";
import { Button, IconButton } from "@/shared/ui/Button";
import { Drawer } from "@/shared/ui/Overlay";
import { Page } from "@/shared/ui/Page";
import { Failure, SkeletonRows } from "@/shared/ui/States";
import { VersionBadge } from "@/shared/ui/Status";
import { toast } from "@/shared/ui/toasts";
import { cx } from "@/shared/ui/cx";
import { Conflict } from "./Conflict";
import { JsonView } from "./JsonView";
import { addStep, arrange, partUpTo, pasteSteps, removeParts } from "./model";
import { Palette } from "./Palette";
import { Problems } from "./Problems";
import { PublishDialog } from "./PublishDialog";
import { SaveMark } from "./SaveMark";
import { StepForm } from "./StepForm";
import { TestDialog } from "./testing/TestDialog";
import { TestStrip } from "./testing/TestStrip";
import { useDraftTest } from "./testing/useDraftTest";
import { readSaved, useDraft, type Saved } from "./useDraft";
import { useModKeys } from "./useModKeys";

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
  if (version.isPending || catalog.isPending || (version.data && opened.isPending)) return <Page title={text.pages.builder}><SkeletonRows /></Page>;
  if (!version.data) return <Page title={text.pages.builder}><Failure error={version.error} what={text.things.version} retry={() => void version.refetch()} /></Page>;
  if (!catalog.data) return <Page title={text.pages.builder}><Failure error={catalog.error} what={text.things.catalog} retry={() => void catalog.refetch()} /></Page>;
  if (!opened.data) return <Page title={text.pages.builder}><Failure error={opened.error} what={text.things.draft} retry={() => void opened.refetch()} /></Page>;
  return <Builder key={versionId} version={version.data} opened={opened.data} catalog={catalog.data} />;
}

function Builder({ version, opened, catalog }: { version: PipelineVersion; opened: Saved; catalog: readonly StepType[] }) {
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
  const [asking, setAsking] = useState<{ upTo: { id: string; label: string } | null } | null>(null);
  const test = useDraftTest(search.test, search.upto, draft);
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
  const showTest = (runId: string | undefined, upto?: string) => void navigate({ search: (old) => ({ ...old, test: runId, upto }), replace: true });
  const ask = (upTo: { id: string; label: string } | null) => void work.saveNow().then(() => setAsking({ upTo }), () => undefined);
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
      title={pipeline?.name ?? text.pages.builder}
      trail={
        <>
          <Link to="/pipelines" className="hover:text-ink hover:underline">{text.pages.pipelines}</Link>
          {" / "}
          <Link to="/pipelines/$pipelineId" params={{ pipelineId: version.pipeline_id }} search={{ version: version.id }} className="hover:text-ink hover:underline">{pipeline?.name ?? "…"}</Link>
          {" / "}
          {version.version}
        </>
      }
      aside={<VersionBadge status={version.status} />}
      actions={
        <>
          <SaveMark state={work.saveState} error={work.saveError} />
          <IconButton label={text.shortcuts.undo} icon={Undo2} kind="secondary" disabled={!work.canUndo || frozen} onClick={work.undo} />
          <IconButton label={text.shortcuts.redo} icon={Redo2} kind="secondary" disabled={!work.canRedo || frozen} onClick={work.redo} />
          <IconButton label={text.shortcuts.layOut} icon={AlignHorizontalDistributeCenter} kind="secondary" disabled={frozen} onClick={tidy} />
          <Button icon={Braces} aria-pressed={search.view === "json"} onClick={() => void navigate({ search: (old) => ({ ...old, view: old.view === "json" ? undefined : "json" }), replace: true })}>
            {search.view === "json" ? text.builder.drawing : text.common.json}
          </Button>
          <Button icon={FlaskConical} needs="workflows.publish" tenant={version.tenant_id} disabled={frozen || draft.nodes.length === 0 || flaws.length > 0} title={flaws.length > 0 ? text.builder.test.flawed : text.builder.test.meaning} onClick={() => ask(null)}>
            {text.builder.test.ask}
          </Button>
          <Button kind="primary" icon={Rocket} needs="workflows.publish" tenant={version.tenant_id} disabled={frozen} onClick={() => void work.saveNow().then(() => setPublishing(true), () => undefined)}>
            {text.builder.publishAsk}
          </Button>
        </>
      }
    >
      {frozen && <p className="rounded-lg bg-sunken px-3 py-2 text-sm text-ink-2">{version.status === "DRAFT" ? text.builder.lookOnly : text.builder.frozen(text.status.version[version.status].toLowerCase())}</p>}
      {work.theirs && <Conflict theirs={work.theirs} draft={draft} onTake={work.takeTheirs} onKeep={work.keepMine} />}
      {test && <TestStrip test={test} onStep={(id) => select(new Set([id]), NONE)} onClose={() => showTest(undefined)} />}
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
              <Canvas draft={draft} types={types} flaws={flaws} selected={selected} view={test?.view ?? null} tested={test?.steps ?? NONE} frozen={frozen} fit={fit} focus={focus} onSelect={select} onChange={(next, about) => set(next, about ?? null)} onRefuse={(why) => toast(why, "error")} onDrop={(type, at) => add(type, at)} />
            </Suspense>
            {draft.nodes.length === 0 && (
              <p className="pointer-events-none absolute inset-0 flex items-center justify-center px-6 text-center text-sm text-ink-3">{text.builder.empty}</p>
            )}
            {!frozen && (
              <Button icon={Plus} className="absolute top-3 left-3 lg:hidden" onClick={() => setPaletteOpen(true)}>
                {text.builder.addStep}
              </Button>
            )}
          </div>
          {node && <StepForm version={version} draft={draft} node={node} type={types.get(node.type)} flaws={flaws} frozen={frozen} test={test} onTest={() => ask(node)} onChange={(next, about) => set(next, about ?? null)} onRenamed={(id) => select(new Set([id]), NONE)} onDelete={removeSelected} onClose={() => select(NONE, NONE)} />}
        </div>
      )}
      <Drawer open={paletteOpen} onOpenChange={setPaletteOpen} title={text.builder.addStep}>
        <div className="p-4">
          <Palette types={catalog} onAdd={add} />
        </div>
      </Drawer>
      {asking && (
        <TestDialog
          version={version}
          upTo={asking.upTo}
          follows={asking.upTo !== null && partUpTo(draft, asking.upTo.id).nodes.length > 1}
          onClose={() => setAsking(null)}
          onStarted={(runId) => {
            setAsking(null);
            showTest(runId, asking.upTo?.id);
          }}
        />
      )}
      {publishing && <PublishDialog version={version} flaws={flaws} draft={draft} onClose={() => setPublishing(false)} />}
    </Page>
  );
}
