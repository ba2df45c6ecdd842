import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate as useAnyNavigate } from "@tanstack/react-router";
import { GitCompareArrows, Pencil, Play } from "lucide-react";
import { lazy, Suspense, useMemo } from "react";
import { post } from "@/shared/api/http";
import { pipelineQuery, versionQuery, versionsQuery } from "@/shared/api/queries";
import type { Pipeline, PipelineVersion } from "@/shared/api/types";
import { readDefinition } from "@/shared/graph/definition";
import { text } from "@/shared/text";
import { Time } from "@/shared/time/Time";
import { Button, buttonClass } from "@/shared/ui/Button";
import { CopyButton } from "@/shared/ui/Copy";
import { Segments, Select } from "@/shared/ui/Form";
import { JsonTree } from "@/shared/ui/JsonTree";
import { Card, Page } from "@/shared/ui/Page";
import { Empty, Failure, SkeletonRows } from "@/shared/ui/States";
import { VersionBadge } from "@/shared/ui/Status";
import { cx } from "@/shared/ui/cx";
import { compare } from "./compare";
import { DifferenceGraph } from "./DifferenceGraph";
import { DifferenceView } from "./DifferenceView";
import { LastRuns } from "./RunMarks";
import { VersionActions } from "./VersionActions";

const GraphView = lazy(() => import("@/features/run/GraphView"));
const route = getRouteApi("/pipelines/$pipelineId");

export function PipelinePage() {
  const { pipelineId } = route.useParams();
  const pipeline = useQuery(pipelineQuery(pipelineId));
  const versions = useQuery(versionsQuery({ pipelineId }));
  if (pipeline.isPending || versions.isPending)
    return (
      <Page title={text.pages.pipeline}>
        <SkeletonRows />
      </Page>
    );
  if (!pipeline.data || !versions.data)
    return (
      <Page title={text.pages.pipeline}>
        <Failure error={pipeline.error ?? versions.error} what={text.things.pipeline} retry={() => void pipeline.refetch()} />
      </Page>
    );
  return <Versions pipeline={pipeline.data} versions={versions.data.items} />;
}

function Versions({ pipeline, versions }: { pipeline: Pipeline; versions: readonly PipelineVersion[] }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const listed = versions.find((each) => each.id === search.version) ?? (search.version ? undefined : (versions.find((each) => each.status === "APPROVED") ?? versions[0]));
  const other = useQuery({ ...versionQuery(search.version ?? ""), enabled: Boolean(search.version) && !listed }).data;
  const version = listed ?? other;
  const fresh = useNewDraft(pipeline, version);
  const current = versions.filter((each) => each.status === "APPROVED").sort((a, b) => b.version_number - a.version_number)[0];
  return (
    <Page
      title={pipeline.name}
      trail={
        <>
          <Link to="/pipelines" className="hover:text-ink hover:underline">
            {text.pages.pipelines}
          </Link>
          {" / "}
          <span className="font-mono">{pipeline.id.slice(-8)}</span>
          <CopyButton text={pipeline.id} label={text.pipelines.copyId} />
        </>
      }
      note={
        <span className="flex flex-wrap items-center gap-x-4">
          {pipeline.description && <span className="text-pretty">{pipeline.description}</span>}
          <LastRuns pipelineId={pipeline.id} />
        </span>
      }
      actions={
        <>
          <Link to="/runs" search={{ pipeline: pipeline.id, window: "all" }} className={buttonClass()}>
            {text.pipelines.itsRuns}
          </Link>
          {current && (
            <Link to="/start" search={{ version: current.id }} className={buttonClass("primary")}>
              <Play className="size-3.5" aria-hidden /> {text.pages.start}
            </Link>
          )}
        </>
      }
    >
      {!version ? (
        <div className="rounded-xl border border-line bg-surface">
          <Empty title={text.pipelines.noVersion} action={<Button kind="primary" icon={Pencil} needs="workflows.write" tenant={pipeline.tenant_id} busy={fresh.isPending} onClick={() => fresh.mutate()}>{text.pipelines.drawFirst}</Button>} />
        </div>
      ) : (
        <div className="grid grid-cols-1 gap-4 lg:grid-cols-[16rem_minmax(0,1fr)]">
          <nav aria-label={text.pipelines.versions} className="h-fit max-h-72 overflow-y-auto rounded-xl border border-line bg-surface p-1.5 lg:max-h-[75vh]">
            {versions.map((each) => (
              <button
                key={each.id}
                type="button"
                aria-current={each.id === version.id ? "true" : undefined}
                onClick={() => void navigate({ search: (old) => ({ ...old, version: each.id, with: undefined }) })}
                className={cx("flex w-full items-center gap-2 rounded-md px-2.5 py-2 text-left text-sm hover:bg-hover ring-inset-focus", each.id === version.id && "bg-accent-soft hover:bg-accent-soft")}
              >
                <span className="min-w-0 flex-1">
                  <span className="block truncate font-medium">
                    {each.version}
                    {each.id === current?.id && <span className="ml-1.5 text-2xs font-normal text-ink-3">{text.pipelines.current}</span>}
                  </span>
                  <Time at={each.updated_at} className="text-xs text-ink-3" />
                </span>
                <VersionBadge status={each.status} />
              </button>
            ))}
          </nav>
          <VersionCard key={version.id} version={version} versions={versions} onDraft={() => fresh.mutate()} drafting={fresh.isPending} />
        </div>
      )}
    </Page>
  );
}

/** A new draft that begins as a copy of a version. */
function useNewDraft(pipeline: Pipeline, version: PipelineVersion | undefined) {
  const client = useQueryClient();
  const navigate = useAnyNavigate();
  return useMutation({
    mutationFn: async () => {
      const all = await client.fetchQuery({ ...versionsQuery({ pipelineId: pipeline.id }), staleTime: 0 });
      const taken = new Set(all.items.map((each) => each.version));
      let number = Math.max(0, ...all.items.map((each) => each.version_number)) + 1;
      while (taken.has(`v${number}`)) number++;
      return post<PipelineVersion>("/api/pipeline-versions", {
        tenant_id: pipeline.tenant_id,
        pipeline_id: pipeline.id,
        version: `v${number}`,
        dag_spec: version?.dag_spec ?? { nodes: [], edges: [] },
        ...(version?.input_schema ? { input_schema: version.input_schema } : {}),
      });
    },
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ["versions"] });
      void navigate({ to: "/pipelines/$pipelineId/versions/$versionId/edit", params: { pipelineId: pipeline.id, versionId: made.id } });
    },
  });
}

function VersionCard({ version, versions, onDraft, drafting }: { version: PipelineVersion; versions: readonly PipelineVersion[]; onDraft: () => void; drafting: boolean }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const graph = useMemo(() => readDefinition(version.dag_spec), [version]);
  const against = versions.find((each) => each.id === search.with);
  const tab = search.tab ?? "graph";
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="text-lg font-semibold">{version.version}</h2>
        <VersionBadge status={version.status} />
        <span className="text-xs text-ink-3">
          {version.frozen_at ? text.pipelines.frozen(version.version_number, <Time at={version.frozen_at} />) : text.pipelines.changed(version.version_number, <Time at={version.updated_at} />)}
        </span>
        <span className="flex-1" />
        <VersionActions version={version} onDraft={onDraft} drafting={drafting} />
      </div>
      {version.status !== "DRAFT" && version.status_at && (version.status_by || version.status_note) && (
        <p className="-mt-2 text-sm text-ink-2">
          {text.pipelines.reviewed(text.status.version[version.status], <Time at={version.status_at} />, version.status_by)}
          {version.status_note && <q className="ml-1.5 text-ink">{version.status_note}</q>}
        </p>
      )}
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Segments label={text.pipelines.view} value={tab} options={[["graph", text.pipelines.views.graph], ["json", text.common.json], ["input", text.pipelines.views.input]]} onChange={(value) => void navigate({ search: (old) => ({ ...old, tab: value === "graph" ? undefined : (value as "json" | "input") }), replace: true })} />
        {versions.length > 1 && (
          <label className="flex items-center gap-2 text-xs text-ink-2">
            <GitCompareArrows className="size-4" aria-hidden /> {text.pipelines.compareWith}
            <Select value={search.with ?? ""} onChange={(event) => void navigate({ search: (old) => ({ ...old, with: event.target.value || undefined }), replace: true })}>
              <option value="">{text.pipelines.compareNone}</option>
              {versions.filter((each) => each.id !== version.id).map((each) => (
                <option key={each.id} value={each.id}>
                  {each.version}
                </option>
              ))}
            </Select>
          </label>
        )}
      </div>
      {against && (
        <Card title={text.pipelines.fromTo(against.version, version.version)}>
          <div className="flex flex-col gap-3">
            <DifferenceView difference={compare(against.dag_spec, version.dag_spec)} />
            {tab === "graph" && <DifferenceGraph before={against.dag_spec} after={version.dag_spec} />}
          </div>
        </Card>
      )}
      {tab === "graph" ? against ? null : (
        <div className="h-[26rem] overflow-hidden rounded-xl border border-line bg-surface xl:h-[32rem]">
          {graph.nodes.length === 0 ? (
            <Empty title={text.pipelines.noSteps}>{text.pipelines.noStepsMeaning}</Empty>
          ) : (
            <Suspense fallback={<SkeletonRows />}>
              <GraphView graph={graph} view={null} />
            </Suspense>
          )}
        </div>
      ) : tab === "json" ? (
        <JsonTree value={version.dag_spec} label={text.pipelines.definition} />
      ) : version.input_schema ? (
        <JsonTree value={version.input_schema} label={text.pipelines.inputSchema} />
      ) : (
        <div className="rounded-xl border border-line bg-surface">
          <Empty title={text.pipelines.anyInput}>{text.pipelines.anyInputMeaning}</Empty>
        </div>
      )}
    </div>
  );
}
