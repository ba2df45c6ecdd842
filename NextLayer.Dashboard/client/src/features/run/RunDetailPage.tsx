import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate as useNavigateAny } from "@tanstack/react-router";
import { FlaskConical, TriangleAlert } from "lucide-react";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef } from "react";
import { ApprovalCard } from "@/features/approvals/ApprovalCard";
import { approvalsQuery } from "@/features/approvals/approvalQueries";
import { LabelChip } from "@/features/runs/LabelChip";
import { pairsOf } from "@/features/runs/labels";
import { get, toQuery } from "@/shared/api/http";
import { pipelineQuery, runQuery, versionQuery, versionsQuery } from "@/shared/api/queries";
import type { Run, RunPage, StepStatus } from "@/shared/api/types";
import { readDefinition } from "@/shared/graph/definition";
import { useKeys } from "@/shared/keys/keys";
import { StepBar } from "@/shared/status/StepBar";
import { isFinished } from "@/shared/status/status";
import { text } from "@/shared/text";
import { Duration, Time } from "@/shared/time/Time";
import { ConnectionBadge } from "@/shared/ui/Connection";
import { CopyButton, shortId } from "@/shared/ui/Copy";
import { Page } from "@/shared/ui/Page";
import { Failure, Skeleton, SkeletonRows } from "@/shared/ui/States";
import { RunBadge } from "@/shared/ui/Status";
import { toast } from "@/shared/ui/toasts";
import { cx } from "@/shared/ui/cx";
import { AuditView } from "./AuditView";
import { DataView } from "./DataView";
import { EventsView } from "./EventsView";
import { starterOf } from "./eventWords";
import { Family } from "./Family";
import { fold, type RunView } from "./fold";
import { LogView } from "./LogView";
import { RunActions } from "./RunActions";
import { RUN_TABS, type RunSearch, type RunTab } from "./runSearch";
import { StepPanel } from "./StepPanel";
import { StepsView } from "./StepsView";
import { Timeline } from "./Timeline";
import { TimeSlider } from "./TimeSlider";
import { useForEach } from "./useForEach";
import { useFreshRun } from "./useFreshRun";
import { useRunHistory } from "./useRunHistory";
import { WhyStrip } from "./WhyStrip";

const GraphView = lazy(() => import("./GraphView"));
const route = getRouteApi("/runs/$runId");
const TAB_WORDS: Record<RunTab, string> = { graph: text.run.tabs.graph, timeline: text.run.tabs.timeline, steps: text.run.tabs.steps, logs: text.run.tabs.logs, data: text.run.tabs.data, events: text.run.tabs.events, audit: text.run.tabs.audit };

export function RunDetailPage() {
  const { runId } = route.useParams();
  const query = useQuery(runQuery(runId));
  if (query.isPending)
    return (
      <Page title={text.run.title(shortId(runId))}>
        <Skeleton className="h-8 w-72" />
        <SkeletonRows rows={8} label={text.run.loading} />
      </Page>
    );
  if (!query.data)
    return (
      <Page title={text.run.title(shortId(runId))}>
        <Failure error={query.error} what={text.things.run} retry={() => void query.refetch()} />
      </Page>
    );
  return <RunDetail key={runId} run={query.data} />;
}

function RunDetail({ run }: { run: Run }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { history, connection } = useRunHistory(run.id, true);
  const version = useQuery(versionQuery(run.pipeline_version_id)).data;
  const pipeline = useQuery(pipelineQuery(run.pipeline_id)).data;
  const newest = useQuery(versionsQuery({ pipelineId: run.pipeline_id, status: "APPROVED", limit: 1 })).data?.items[0];
  const graph = useMemo(() => readDefinition(version?.dag_spec), [version]);
  const now = useMemo(() => fold(history.events), [history.events]);
  const past = search.seq !== undefined && search.seq < history.lastSeq ? search.seq : null;
  const view = useMemo(() => (past === null ? now : fold(history.events, past)), [history.events, now, past]);
  const change = useCallback((part: Partial<RunSearch>) => void navigate({ search: (old: RunSearch) => ({ ...old, ...part }), replace: true }), [navigate]);
  const tab = search.tab ?? "graph";
  const behind = history.lastSeq < history.knownSeq;
  // These parts are made of the run's events alone; nothing is said of them before they have come.
  const told = tab === "timeline" || tab === "steps" || tab === "events";
  const heard = history.lastSeq > 0 || run.last_event_seq === 0;

  useFreshRun(run.id, run.last_event_seq, history.lastSeq);

  // A failed run opens at its first failure, once.
  const focused = useRef(false);
  useEffect(() => {
    if (focused.current || behind || history.lastSeq === 0) return;
    focused.current = true;
    if (now.status === "FAILED" && now.firstFailure && !search.step && !search.tab) change({ step: now.firstFailure });
  }, [behind, change, history.lastSeq, now, search.step, search.tab]);

  useRunKeys(run, change);
  // Where there is no room for all tabs, the chosen one is among those in sight.
  const tabs = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const chosen = tabs.current?.querySelector<HTMLElement>("[aria-selected=true]");
    if (!chosen || !tabs.current) return;
    const { offsetLeft: left, offsetWidth: width } = chosen;
    if (left < tabs.current.scrollLeft || left + width > tabs.current.scrollLeft + tabs.current.clientWidth) tabs.current.scrollLeft = left + width / 2 - tabs.current.clientWidth / 2;
  }, [tab]);
  const present: Run = { ...run, status: history.lastSeq >= run.last_event_seq && history.lastSeq > 0 ? now.status : run.status };
  const shown: Run = past === null ? present : { ...run, status: view.status };
  // A run may wait for several things at once, and its worker go on beside them.
  const asksSomebody = [...now.steps.values()].some((step) => step.status === "waiting" && step.last?.waitReason === "approval");
  const forEach = useForEach(run, now);
  const node = graph.nodes.find((each) => each.id === search.step);
  const onChoose = (step: string) => change({ step: step === search.step ? undefined : step, attempt: undefined });
  const onSeq = (seq: number | null) => change({ seq: seq ?? undefined });
  const withPanel = search.step !== undefined && tab !== "logs" && tab !== "events" && tab !== "data" && tab !== "audit";

  return (
    <Page
      title={pipeline?.name ?? text.pages.run}
      trail={
        <>
          <Link to="/runs" className="hover:text-ink hover:underline">
            {text.pages.runs}
          </Link>
          {" / "}
          <span className="font-mono">{shortId(run.id)}</span>
          <CopyButton text={run.id} label={text.run.data.copyId} />
        </>
      }
      aside={
        <>
          <RunBadge run={shown} />
          {(connection !== "live" || behind || !isFinished(present.status)) && <ConnectionBadge state={connection === "live" && behind ? "behind" : connection} />}
        </>
      }
      note={
        <span className="flex flex-wrap items-center gap-x-4 gap-y-0.5">
          {version?.test_of ? (
            <Link to="/pipelines/$pipelineId/versions/$versionId/edit" params={{ pipelineId: run.pipeline_id, versionId: version.test_of }} search={{ test: run.id }} className="inline-flex items-center gap-1.5 text-accent-ink hover:underline">
              <FlaskConical className="size-3.5" aria-hidden /> {text.run.testOf(version.version)}
            </Link>
          ) : version && (
            <span className="inline-flex flex-wrap gap-x-2">
              <Link to="/pipelines/$pipelineId" params={{ pipelineId: run.pipeline_id }} search={{ version: version.id }} className="text-accent-ink hover:underline">
                {text.run.version(version.version)}
              </Link>
              {newest && newest.id !== version.id && (
                <Link to="/pipelines/$pipelineId" params={{ pipelineId: run.pipeline_id }} search={{ version: newest.id, with: version.id }} title={text.run.changedSince} className="text-accent-ink hover:underline">
                  {text.run.newest(newest.version)}
                </Link>
              )}
            </span>
          )}
          <span>
            {text.run.created(<Time at={run.created_at} />)}
          </span>
          {run.started_at && (
            <span>
              {text.run.took(<Duration from={run.started_at} to={run.finished_at} className="font-medium text-ink" />)}
            </span>
          )}
          {run.deadline_at && !isFinished(present.status) && (
            <span>
              {text.run.mustEnd(<Time at={run.deadline_at} />)}
            </span>
          )}
          {run.generation > 1 && <span>{text.run.try(run.generation)}</span>}
          {run.labels && (
            <span className="flex min-w-0 flex-wrap gap-1" aria-label={text.run.labels.label}>
              {pairsOf(run.labels).map((pair) => (
                <LabelChip key={pair} pair={pair} />
              ))}
            </span>
          )}
        </span>
      }
      actions={<RunActions run={present} isTest={Boolean(version?.test_of)} />}
    >
      <Family run={run} />
      {past !== null && (
        <p role="status" className="rounded-lg bg-accent-soft px-3 py-2 text-sm text-accent-ink">
          {text.run.past(past)}
        </p>
      )}
      {past === null && (shown.status === "QUEUED" || shown.status === "PAUSED") && <WhyStrip run={shown} view={now} />}
      {past === null && !isFinished(shown.status) && asksSomebody && <ApprovalsHere run={run} />}
      {past === null && (shown.status === "FAILED" || shown.status === "CANCELLED") && run.error_message && <ErrorStrip run={run} step={now.firstFailure} onChoose={(step) => change({ step, tab: "graph" })} />}
      <Progress view={view} total={graph.nodes.length} />
      <TimeSlider events={history.events} seq={past} onSeq={onSeq} />
      <div ref={tabs} role="tablist" aria-label={text.run.parts} className="relative -mx-3 flex gap-1 overflow-x-auto border-b border-line px-3 sm:mx-0 sm:px-0">
        {RUN_TABS.map((each) => (
          <button
            key={each}
            type="button"
            role="tab"
            id={`tab-${each}`}
            aria-selected={tab === each}
            aria-controls="run-part"
            onClick={() => change({ tab: each === "graph" ? undefined : each })}
            className={cx("-mb-px h-9 shrink-0 border-b-2 px-3 text-sm font-medium whitespace-nowrap ring-inset-focus", tab === each ? "border-accent text-ink" : "border-transparent text-ink-2 hover:text-ink")}
          >
            {TAB_WORDS[each]}
          </button>
        ))}
      </div>
      <div id="run-part" role="tabpanel" aria-labelledby={`tab-${tab}`} className={cx("grid min-w-0 gap-4", withPanel && "xl:grid-cols-[minmax(0,1fr)_26rem]")}>
        <div className="min-w-0">
          {tab === "graph" ? (
            <div className="h-[26rem] overflow-hidden rounded-xl border border-line bg-surface xl:h-[34rem]">
              {version ? (
                <Suspense fallback={<SkeletonRows />}>
                  <GraphView graph={graph} view={view} forEach={past === null ? forEach : undefined} chosen={search.step} onChoose={onChoose} />
                </Suspense>
              ) : (
                <SkeletonRows />
              )}
            </div>
          ) : told && !heard ? (
            <SkeletonRows />
          ) : tab === "timeline" ? (
            <Timeline run={run} graph={graph} view={view} forEach={past === null ? forEach : undefined} chosen={search.step} onChoose={onChoose} />
          ) : tab === "steps" ? (
            <StepsView graph={graph} view={view} chosen={search.step} onChoose={onChoose} />
          ) : tab === "logs" ? (
            <LogView runId={run.id} begun={run.created_at} newestLine={view.lastLogLine} live={!isFinished(view.status)} stepIds={[...new Set([...graph.nodes.map((each) => each.id), ...view.steps.keys()])]} search={search} onSearch={change} />
          ) : tab === "data" ? (
            <DataView run={run} view={view} starter={starterOf(history.events)} schema={version?.input_schema ?? null} />
          ) : tab === "audit" ? (
            <AuditView run={run} events={history.events} />
          ) : (
            <EventsView events={history.events} seq={past} onSeq={onSeq} />
          )}
        </div>
        {withPanel && <StepPanel run={run} node={node} stepId={search.step!} view={view} onClose={() => change({ step: undefined, attempt: undefined })} />}
      </div>
    </Page>
  );
}

/** Keys of the page: tabs, and the runs beside this one. */
function useRunKeys(run: Run, change: (part: Partial<RunSearch>) => void) {
  const navigate = useNavigateAny();
  const beside = async (later: boolean) => {
    const page = await get<RunPage>(`/api/runs${toQuery({ pipeline_id: run.pipeline_id, limit: later ? 100 : 1, ...(later ? { created_after: run.created_at } : { cursor: run.id.replaceAll("-", "") }) })}`);
    const next = later ? page.items.findLast((each) => each.id > run.id) : page.items[0];
    if (next) void navigate({ to: "/runs/$runId", params: { runId: next.id } });
    else toast(later ? text.run.noLater : text.run.noEarlier);
  };
  useKeys({
    "t g": () => change({ tab: undefined }),
    "t t": () => change({ tab: "timeline" }),
    "t s": () => change({ tab: "steps" }),
    "t l": () => change({ tab: "logs" }),
    "t i": () => change({ tab: "data" }),
    "t e": () => change({ tab: "events" }),
    "t a": () => change({ tab: "audit" }),
    "[": () => void beside(false),
    "]": () => void beside(true),
  });
}

function ApprovalsHere({ run }: { run: Run }) {
  const { data } = useQuery(approvalsQuery([run.tenant_id], "waiting", run.id));
  return (
    <>
      {data?.filter((each) => each.run_id === run.id).map((each) => <ApprovalCard key={each.step_id} approval={each} linked={false} />)}
    </>
  );
}

function ErrorStrip({ run, step, onChoose }: { run: Run; step: string | null; onChoose: (step: string) => void }) {
  const failed = run.status === "FAILED";
  return (
    <section aria-label={failed ? text.run.whyFailed : text.run.whyCancelled} className={cx("flex gap-3 rounded-xl border border-line px-4 py-3 text-sm", failed ? "bg-danger-soft" : "bg-sunken")}>
      <TriangleAlert className={cx("mt-0.5 size-4 shrink-0", failed ? "text-[var(--s-failed)]" : "text-ink-3")} aria-hidden />
      <div className="min-w-0">
        <p className="font-medium break-words whitespace-pre-wrap">{run.error_message}</p>
        {step && (
          <button type="button" className="mt-0.5 text-accent-ink underline underline-offset-2" onClick={() => onChoose(step)}>
            {text.run.firstFailure(step)}
          </button>
        )}
      </div>
    </section>
  );
}

function Progress({ view, total }: { view: RunView; total: number }) {
  const statuses = [...view.steps.values()];
  if (total < 2) return null;
  const count = (status: StepStatus) => statuses.filter((step) => step.status === status).length;
  const [settled, failed] = [count("completed") + count("skipped"), count("failed")];
  return (
    <div className="flex items-center gap-3" role="img" aria-label={failed ? text.run.stepsDoneFailed(settled, total, failed) : text.run.stepsDone(settled, total)}>
      <StepBar total={total} settled={settled} failed={failed} running={count("running")} waiting={count("waiting")} className="h-1.5 flex-1" />
      <span className="tnum text-xs text-ink-2">
        {text.run.progress(settled, total)}
      </span>
    </div>
  );
}
