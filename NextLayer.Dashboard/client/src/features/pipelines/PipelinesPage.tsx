import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { Plus, Workflow } from "lucide-react";
import { useEffect, useState } from "react";
import { ApiError, post } from "@/shared/api/http";
import { pipelineListQuery, tenantQuery, tenantsQuery } from "@/shared/api/queries";
import type { Pipeline, PipelineVersion } from "@/shared/api/types";
import { usePrefs } from "@/shared/prefs/prefs";
import { text } from "@/shared/text";
import { Time } from "@/shared/time/Time";
import { Button } from "@/shared/ui/Button";
import { Field, SearchInput, Select, TextArea, TextInput } from "@/shared/ui/Form";
import { Dialog } from "@/shared/ui/Overlay";
import { Page, TABLE, TableFrame, TD, TH } from "@/shared/ui/Page";
import { Empty, Failure, SkeletonRows } from "@/shared/ui/States";
import { VersionBadge } from "@/shared/ui/Status";
import { cx } from "@/shared/ui/cx";
import { RunMarks } from "./RunMarks";
import { TryExample } from "./TryExample";

const route = getRouteApi("/pipelines");
const PAGE = 50;

export function PipelinesPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { tenantId } = usePrefs();
  const [q, setQ] = useState(search.q ?? "");
  const [offset, setOffset] = useState(0);
  const query = useQuery({ ...pipelineListQuery(tenantId, search.q ?? "", offset, PAGE), refetchInterval: 15_000 });
  useEffect(() => {
    if (q === (search.q ?? "")) return;
    const timer = setTimeout(() => {
      setOffset(0);
      void navigate({ search: (old) => ({ ...old, q: q || undefined }), replace: true });
    }, 250);
    return () => clearTimeout(timer);
  }, [q, search.q, navigate]);
  const create = (open: boolean) => void navigate({ search: (old) => ({ ...old, create: open || undefined }), replace: true });
  const pipelines = query.data?.items ?? [];
  return (
    <Page
      title={text.pages.pipelines}
      note={text.pipelines.note}
      actions={
        <Button kind="primary" icon={Plus} needs="workflows.write" tenant={tenantId} onClick={() => create(true)}>
          {text.pipelines.create}
        </Button>
      }
    >
      <SearchInput value={q} onChange={setQ} label={text.pipelines.find} className="w-full sm:w-72" />
      {query.isPending ? (
        <SkeletonRows />
      ) : !query.data ? (
        <Failure error={query.error} what={text.things.pipelines} retry={() => void query.refetch()} />
      ) : pipelines.length === 0 ? (
        <div className="rounded-xl border border-line bg-surface">
          {search.q ? (
            <Empty title={text.pipelines.noMatch} action={<Button onClick={() => setQ("")}>{text.common.showAll}</Button>} />
          ) : (
            <Empty icon={Workflow} title={text.pipelines.empty.title} action={<><Button kind="primary" icon={Plus} needs="workflows.write" tenant={tenantId} onClick={() => create(true)}>{text.pipelines.empty.create}</Button><TryExample /></>}>
              {text.pipelines.empty.meaning}
            </Empty>
          )}
        </div>
      ) : (
        <>
          <TableFrame label={text.pages.pipelines}>
            <table className={TABLE}>
              <thead>
                <tr>
                  <th className={TH}>{text.common.name}</th>
                  <th className={cx(TH, "max-sm:hidden")}>{text.pipelines.newestVersion}</th>
                  <th className={cx(TH, "max-md:hidden")}>{text.pipelines.lastRuns}</th>
                  {tenantId === null && <th className={cx(TH, "max-md:hidden")}>{text.common.tenant}</th>}
                  <th className={cx(TH, "max-sm:hidden")}>{text.common.changed}</th>
                </tr>
              </thead>
              <tbody>
                {pipelines.map((pipeline) => (
                  <Row key={pipeline.id} pipeline={pipeline} withTenant={tenantId === null} />
                ))}
              </tbody>
            </table>
          </TableFrame>
          {(offset > 0 || pipelines.length === PAGE) && (
            <div className="flex justify-center gap-2">
              <Button disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - PAGE))}>
                {text.common.newer}
              </Button>
              <Button disabled={pipelines.length < PAGE} onClick={() => setOffset(offset + PAGE)}>
                {text.common.older}
              </Button>
            </div>
          )}
        </>
      )}
      {search.create && <CreateDialog onClose={() => create(false)} />}
    </Page>
  );
}

function Row({ pipeline, withTenant }: { pipeline: Pipeline; withTenant: boolean }) {
  const newest = pipeline.summary?.newest_version;
  const tenant = useQuery({ ...tenantQuery(pipeline.tenant_id), enabled: withTenant }).data;
  return (
    <tr className="hover:bg-hover">
      <td className={TD}>
        <Link to="/pipelines/$pipelineId" params={{ pipelineId: pipeline.id }} className="font-medium hover:text-accent-ink hover:underline">
          {pipeline.name}
        </Link>
        {newest && (
          <p className="flex items-center gap-2 pb-1 text-xs text-ink-2 sm:hidden">
            {newest.version}
            <VersionBadge status={newest.status} />
          </p>
        )}
        {pipeline.description && <p className="line-clamp-1 max-w-xl pb-1 text-xs text-ink-3">{pipeline.description}</p>}
      </td>
      <td className={cx(TD, "max-sm:hidden")}>
        {newest ? (
          <span className="inline-flex items-center gap-2 whitespace-nowrap">
            {newest.version}
            <VersionBadge status={newest.status} />
          </span>
        ) : (
          <span className="text-ink-3">{text.pipelines.noneYet}</span>
        )}
      </td>
      <td className={cx(TD, "max-md:hidden")}>
        <RunMarks runs={pipeline.summary?.last_runs ?? []} />
      </td>
      {withTenant && <td className={cx(TD, "text-ink-2 whitespace-nowrap max-md:hidden")}>{tenant?.name ?? "…"}</td>}
      <td className={cx(TD, "max-sm:hidden")}>
        <Time at={pipeline.updated_at} />
      </td>
    </tr>
  );
}

function CreateDialog({ onClose }: { onClose: () => void }) {
  const { tenantId } = usePrefs();
  const client = useQueryClient();
  const navigate = useNavigate();
  const tenants = useQuery(tenantsQuery("", 0, 100)).data?.items ?? [];
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [tenant, setTenant] = useState(tenantId ?? "");
  const owner = tenant || tenants.at(-1)?.id || "";
  const create = useMutation({
    mutationFn: async () => {
      const pipeline = await post<Pipeline>("/api/pipelines", { tenant_id: owner, name, ...(description ? { description } : {}) });
      const version = await post<PipelineVersion>("/api/pipeline-versions", { tenant_id: owner, pipeline_id: pipeline.id, version: "v1", dag_spec: { nodes: [], edges: [] } });
      return { pipeline, version };
    },
    meta: { quiet: true },
    onSuccess: ({ pipeline, version }) => {
      void client.invalidateQueries({ queryKey: ["pipelines"] });
      void navigate({ to: "/pipelines/$pipelineId/versions/$versionId/edit", params: { pipelineId: pipeline.id, versionId: version.id } });
    },
  });
  const errors = create.error instanceof ApiError ? create.error.fields : {};
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={text.pipelines.create}
      description={text.pipelines.createHint}
      footer={
        <>
          <Button onClick={onClose}>{text.common.back}</Button>
          <Button kind="primary" type="submit" form="new-pipeline" busy={create.isPending} disabled={!name.trim() || !owner}>
            {text.pipelines.createAction}
          </Button>
        </>
      }
    >
      <form
        id="new-pipeline"
        className="flex flex-col gap-3.5"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() && owner) create.mutate();
        }}
      >
        <Field label={text.common.name} required error={errors.name?.join(" ")}>
          {(ids) => <TextInput {...ids} autoFocus maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
        <Field label={text.pipelines.description} error={errors.description?.join(" ")}>
          {(ids) => <TextArea {...ids} maxLength={10000} value={description} onChange={(event) => setDescription(event.target.value)} />}
        </Field>
        {tenantId === null && (
          <Field label={text.common.tenant} required>
            {(ids) => (
              <Select {...ids} value={owner} onChange={(event) => setTenant(event.target.value)}>
                {tenants.map((each) => (
                  <option key={each.id} value={each.id}>
                    {each.name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
        {create.isError && Object.keys(errors).length === 0 && (
          <p role="alert" className="text-sm text-[var(--s-failed)]">
            {create.error.message}
          </p>
        )}
      </form>
    </Dialog>
  );
}
