import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate as useAnyNavigate } from "@tanstack/react-router";
import { Play, Terminal } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { pairsOf, readLabels } from "@/features/runs/labels";
import { useAccess } from "@/shared/access/me";
import { ApiError, request } from "@/shared/api/http";
import { pipelinesQuery, runQuery, usePipelineName, versionQuery, versionsQuery } from "@/shared/api/queries";
import type { PipelineVersion, Run } from "@/shared/api/types";
import { inputErrors, Refusal, RunInputFields, RunInputSwitch, useRunInput } from "@/shared/form/RunInput";
import { usePrefs } from "@/shared/prefs/prefs";
import { text } from "@/shared/text";
import { Button } from "@/shared/ui/Button";
import { CopyButton, copyText } from "@/shared/ui/Copy";
import { CONTROL, Field, SearchInput, Select, TextInput } from "@/shared/ui/Form";
import { Menu, MenuItem } from "@/shared/ui/Overlay";
import { Card, Page } from "@/shared/ui/Page";
import { Empty, Failure, SkeletonRows } from "@/shared/ui/States";
import { toast } from "@/shared/ui/toasts";
import { cx } from "@/shared/ui/cx";
import { asCSharp, asCurl, type Call } from "./snippets";

const route = getRouteApi("/start");

export function StartRunPage() {
  const search = route.useSearch();
  const chosen = useQuery({ ...versionQuery(search.version ?? ""), enabled: Boolean(search.version) });
  const from = useQuery({ ...runQuery(search.from ?? ""), enabled: Boolean(search.from) });
  if (search.version) {
    if (chosen.isPending || (search.from && from.isPending)) return <Page title={text.pages.start}><SkeletonRows /></Page>;
    if (!chosen.data) return <Page title={text.pages.start}><Failure error={chosen.error} what={text.things.version} retry={() => void chosen.refetch()} /></Page>;
    return <StartForm key={chosen.data.id} version={chosen.data} from={from.data} />;
  }
  return <Choose pipelineId={search.pipeline} />;
}

function Choose({ pipelineId }: { pipelineId: string | undefined }) {
  const navigate = route.useNavigate();
  const { tenantId } = usePrefs();
  const [q, setQ] = useState("");
  const pipelines = useQuery(pipelinesQuery(tenantId, q, 0, 50));
  const versions = useQuery(versionsQuery({ tenantId, ...(pipelineId ? { pipelineId } : {}), status: "APPROVED" }));
  const current = useMemo(() => {
    const newest = new Map<string, PipelineVersion>();
    for (const version of versions.data?.items ?? []) if ((newest.get(version.pipeline_id)?.version_number ?? 0) < version.version_number) newest.set(version.pipeline_id, version);
    return newest;
  }, [versions.data]);
  const rows = (pipelines.data?.items ?? []).filter((each) => current.has(each.id) && (!pipelineId || each.id === pipelineId));
  return (
    <Page title={text.pages.start} note={text.start.choose}>
      <SearchInput value={q} onChange={setQ} label={text.pipelines.find} className="w-full sm:w-80" />
      {pipelines.isPending || versions.isPending ? (
        <SkeletonRows />
      ) : pipelines.isError || versions.isError ? (
        <Failure error={pipelines.error ?? versions.error} what={text.things.pipelines} retry={() => void pipelines.refetch()} />
      ) : rows.length === 0 ? (
        <div className="rounded-xl border border-line bg-surface">
          <Empty title={text.start.empty.title} action={<Link to="/pipelines" className="text-accent-ink underline">{text.start.empty.toPipelines}</Link>}>
            {text.start.empty.meaning}
          </Empty>
        </div>
      ) : (
        <ul className="grid grid-cols-1 gap-2 sm:grid-cols-2 xl:grid-cols-3">
          {rows.map((each) => (
            <li key={each.id} className="min-w-0">
              <button type="button" className="w-full rounded-xl border border-line bg-surface px-4 py-3 text-left hover:border-accent" onClick={() => void navigate({ search: { version: current.get(each.id)!.id } })}>
                <span className="flex items-center justify-between gap-2">
                  <span className="truncate font-medium">{each.name}</span>
                  <span className="text-xs text-ink-3">{current.get(each.id)!.version}</span>
                </span>
                <span className="mt-0.5 line-clamp-2 min-h-4.5 text-xs text-ink-2">{each.description}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </Page>
  );
}

function StartForm({ version, from }: { version: PipelineVersion; from: Run | undefined }) {
  const name = usePipelineName(version.pipeline_id);
  const navigate = useAnyNavigate();
  const client = useQueryClient();
  const siblings = useQuery(versionsQuery({ pipelineId: version.pipeline_id, status: "APPROVED" })).data?.items ?? [];
  const input = useRunInput(version.input_schema, from?.parameters);
  const [later, setLater] = useState("");
  const [priority, setPriority] = useState("0");
  const [labelText, setLabelText] = useState(pairsOf(from?.labels).join("\n"));
  const { labels, error: badLabels } = readLabels(labelText);
  const [refused, setRefused] = useState<Record<string, string[]>>({});
  // Once somebody has tried to start it, what is lacking is told as it is now, not as it was then.
  const [tried, setTried] = useState(false);
  // One wish, one run: whatever is clicked twice or sent again. A changed wish is another.
  const [key, setKey] = useState(() => crypto.randomUUID());
  useEffect(() => setKey(crypto.randomUUID()), [input.value, input.text, input.mode, later, priority, labelText, version.id]);
  const body = {
    tenant_id: version.tenant_id,
    pipeline_version_id: version.id,
    parameters: input.input,
    ...(later ? { run_after: new Date(later).toISOString() } : {}),
    ...(Number(priority) ? { priority: Number(priority) } : {}),
    ...(Object.keys(labels).length > 0 ? { labels } : {}),
  };

  const start = useMutation({
    mutationFn: () => request<{ id: string }>("/api/runs", { method: "POST", body, idempotencyKey: key }),
    meta: { quiet: true },
    onSuccess: ({ data }) => {
      void client.invalidateQueries({ queryKey: ["runs"] });
      toast(text.start.queued);
      void navigate({ to: "/runs/$runId", params: { runId: data.id } });
    },
    onError: (error) => {
      if (!(error instanceof ApiError)) return;
      setRefused(inputErrors(error.fields, "parameters"));
    },
  });
  const submit = () => {
    const lacking = Object.keys(input.lacking()).length > 0;
    setTried(lacking);
    setRefused({});
    if (!lacking && !input.error && !badLabels) start.mutate();
  };
  const errors = tried ? { ...refused, ...input.lacking() } : refused;
  const approved = version.status === "APPROVED";
  const { open } = useAccess();
  const call: Call = { origin: location.origin, body, idempotencyKey: key, withKey: !open };

  return (
    <Page
      title={text.start.title(name)}
      trail={
        <Link to="/start" className="hover:text-ink hover:underline">
          {text.start.another}
        </Link>
      }
      note={from ? text.start.fromRun : undefined}
    >
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <Card title={text.start.input} actions={<RunInputSwitch state={input} />}>
          <form
            id="start"
            onSubmit={(event) => {
              event.preventDefault();
              submit();
            }}
          >
            <RunInputFields state={input} errors={errors} />
          </form>
          {start.isError && <Refusal sentence={start.error.message} errors={refused} />}
        </Card>
        <Card title={text.start.how}>
          <div className="flex flex-col gap-3.5">
            <Field label={text.start.version}>
              {(ids) => (
                <Select {...ids} value={version.id} onChange={(event) => void navigate({ to: "/start", search: { version: event.target.value, from: from?.id }, replace: true })}>
                  {[version, ...siblings.filter((each) => each.id !== version.id)].sort((a, b) => b.version_number - a.version_number).map((each) => (
                    <option key={each.id} value={each.id}>
                      {each.version}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            <Field label={text.start.later} hint={text.start.laterHint}>
              {(ids) => <TextInput {...ids} type="datetime-local" value={later} onChange={(event) => setLater(event.target.value)} />}
            </Field>
            <Field label={text.start.priority} hint={text.start.priorityHint}>
              {(ids) => <TextInput {...ids} type="number" min={-100} max={100} value={priority} onChange={(event) => setPriority(event.target.value)} />}
            </Field>
            <Field label={text.start.labels} hint={text.start.labelsHint} error={badLabels ?? undefined}>
              {(ids) => <textarea {...ids} rows={2} spellCheck={false} className={cx(CONTROL, "py-1.5")} value={labelText} onChange={(event) => setLabelText(event.target.value)} />}
            </Field>
            <div className="text-xs text-ink-3">
              <p>{text.start.once}</p>
              <p className="flex items-center gap-1 font-mono">
                <span className="truncate">{key}</span>
                <CopyButton text={key} label={text.start.copyKey} />
              </p>
            </div>
            {!approved && <p className="text-sm text-[var(--s-failed)]">{text.start.notApproved(text.status.version[version.status].toLowerCase())}</p>}
            <div className="flex flex-wrap gap-2">
              <Button kind="primary" icon={Play} needs="runs.start" tenant={version.tenant_id} type="submit" form="start" busy={start.isPending} disabled={!approved || input.error !== null || badLabels !== null}>
                {text.start.action}
              </Button>
              <Menu trigger={<Button icon={Terminal}>{text.start.copyAs}</Button>}>
                <MenuItem onSelect={() => void copyText(asCurl(call), text.start.commandCopied)}>{text.start.curl}</MenuItem>
                <MenuItem onSelect={() => void copyText(asCSharp(call), text.start.codeCopied)}>{text.start.csharp}</MenuItem>
              </Menu>
            </div>
          </div>
        </Card>
      </div>
    </Page>
  );
}
