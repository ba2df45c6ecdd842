import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ArrowUp, Columns3, Download, FilterX, LoaderCircle, Pause, Play, Plus } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { statsQuery } from "@/features/overview/statsQuery";
import { TryExample } from "@/features/pipelines/TryExample";
import { StartCommand } from "@/features/workers/StartCommand";
import { pipelinesQuery, workersQuery } from "@/shared/api/queries";
import { sentenceOf } from "@/shared/api/http";
import { useKeys } from "@/shared/keys/keys";
import { setPrefs, usePrefs } from "@/shared/prefs/prefs";
import { count } from "@/shared/time/format";
import { Button, buttonClass, IconButton } from "@/shared/ui/Button";
import { ConnectionBadge } from "@/shared/ui/Connection";
import { Checkbox } from "@/shared/ui/Form";
import { Menu, MenuItem, Popover } from "@/shared/ui/Overlay";
import { Page } from "@/shared/ui/Page";
import { Empty, Failure, SkeletonRows } from "@/shared/ui/States";
import { toast } from "@/shared/ui/toasts";
import { parseSearch, stringifySearch } from "@/shared/url/search";
import { BulkBar } from "./BulkBar";
import { COLUMNS, USUAL_COLUMNS } from "./columns";
import { download, MOST_EXPORTED, readAll, toCsv } from "./exporting";
import { Filters } from "./Filters";
import { Histogram } from "./Histogram";
import { hasFilters, lengthOf, readRunsSearch, toApi, windowOf, type RunsSearch } from "./runsSearch";
import { RunTable } from "./RunTable";
import { useRunList } from "./useRunList";
import { ViewsMenu } from "./ViewsMenu";

const route = getRouteApi("/runs");
const NO_RUNS: ReadonlySet<string> = new Set();

export function RunsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { tenantId, runColumns } = usePrefs();
  const [selected, setSelected] = useState<ReadonlySet<string>>(NO_RUNS);
  const [pointed, setPointed] = useState(false);
  const [scrolled, setScrolled] = useState(false);
  const [paused, setPaused] = useState(false);
  // Windows end now: the question is made anew when it changes, not with each second.
  const filter = useMemo(() => toApi(search, tenantId, Date.now()), [search, tenantId]);
  const list = useRunList(filter, { frozen: pointed || scrolled || selected.size > 0, paused });
  const { query, runs } = list;
  useQuery(pipelinesQuery(tenantId, "", 0, 100)); // The names of most, at once instead of one by one.
  const hours = (lengthOf(windowOf(search)) ?? 24 * 3_600_000) / 3_600_000;
  const stats = useQuery(statsQuery({ tenantId, pipelineId: search.pipeline, from: search.after, to: search.before, hours, buckets: 60, tests: true }));

  useEffect(() => {
    const main = document.getElementById("main");
    const onScroll = () => setScrolled((main?.scrollTop ?? 0) > 320);
    main?.addEventListener("scroll", onScroll, { passive: true });
    return () => main?.removeEventListener("scroll", onScroll);
  }, []);
  useEffect(() => setSelected(NO_RUNS), [filter]);

  const change = useCallback((part: Partial<RunsSearch>) => void navigate({ search: (old: RunsSearch) => ({ ...old, ...part }), replace: true }), [navigate]);
  const clear = useCallback(() => void navigate({ search: {} }), [navigate]);
  const columns = runColumns ?? USUAL_COLUMNS;
  const chosen = useMemo(() => runs.filter((run) => selected.has(run.id)), [runs, selected]);
  const next = useRef(query);
  next.current = query;
  const onEnd = useCallback(() => {
    if (next.current.hasNextPage && !next.current.isFetchingNextPage) void next.current.fetchNextPage();
  }, []);
  useKeys({ f: () => document.querySelector<HTMLElement>("[data-filters]")?.click(), p: () => setPaused((old) => !old) });

  return (
    <Page
      title="Runs"
      aside={
        <>
          <ConnectionBadge state={paused ? "paused" : list.connection} />
          <IconButton small label={paused ? "Go on with live news" : "Pause live news"} icon={paused ? Play : Pause} onClick={() => setPaused(!paused)} />
        </>
      }
      actions={
        <>
          <ViewsAndColumns columns={columns} search={search} onOpen={(text) => void navigate({ search: readRunsSearch(parseSearch(text)) })} />
          <ExportMenu filter={filter} />
          <Link to="/start" search={search.version ? { version: search.version } : search.pipeline ? { pipeline: search.pipeline } : {}} className={buttonClass("primary")}>
            <Plus className="size-3.5" aria-hidden />
            Start a run
          </Link>
        </>
      }
    >
      <Histogram filter={{ tenantId, pipelineId: search.pipeline, from: search.after, to: search.before, hours }} onZoom={(after, before) => change({ after, before, window: undefined })} />
      <Filters search={search} counts={stats.data?.totals} onChange={change} onClear={clear} />
      <p className="-mb-2 flex min-h-5 items-center gap-3 text-xs text-ink-3" aria-live="polite">
        {query.data && <span className="tnum">{totalWords(list.total, runs.length)}</span>}
        {query.isFetching && !query.isPending && <LoaderCircle className="size-3.5 animate-spin" aria-label="Loading" />}
      </p>
      {list.waiting > 0 && (
        <div className="sticky top-2 z-20 -my-2 flex h-0 justify-center">
          <button
            type="button"
            onClick={() => {
              list.showWaiting();
              document.getElementById("main")?.scrollTo({ top: 0 });
            }}
            className="flex h-8 items-center gap-1.5 rounded-full bg-accent px-3 text-sm font-medium text-on-accent shadow-pop animate-pop"
          >
            <ArrowUp className="size-3.5" aria-hidden />
            {count(list.waiting)}
            {list.waitingIsMore && "+"} new {list.waiting === 1 ? "run" : "runs"}
          </button>
        </div>
      )}
      {query.isPending ? (
        <div className="rounded-xl border border-line bg-surface">
          <SkeletonRows rows={12} label="Loading runs" />
        </div>
      ) : query.isError && runs.length === 0 ? (
        <div className="rounded-xl border border-line bg-surface">
          <Failure error={query.error} what="the runs" retry={() => void query.refetch()} />
        </div>
      ) : runs.length === 0 ? (
        <div className="rounded-xl border border-line bg-surface">
          <NoRuns filtered={hasFilters(search)} windowed={windowOf(search) !== "all"} onClear={clear} onWiden={() => change({ window: "all" })} />
        </div>
      ) : (
        <RunTable runs={runs} columns={columns} selected={selected} onSelect={setSelected} onPointer={setPointed} onEnd={onEnd} onNarrow={change} />
      )}
      {query.isFetchingNextPage && <SkeletonRows rows={3} label="Loading more runs" />}
      {query.data && !query.hasNextPage && runs.length > 20 && <p className="py-2 text-center text-xs text-ink-3">These are all.</p>}
      {chosen.length > 0 && <BulkBar selected={chosen} filter={filter} total={list.total} onClear={() => setSelected(NO_RUNS)} />}
    </Page>
  );
}

function totalWords(total: string, shown: number): string {
  const more = total.endsWith("+");
  const value = Number(total.replace("+", "")) || shown;
  return `${count(Math.max(value, shown))}${more ? "+" : ""} ${value === 1 && !more ? "run" : "runs"}`;
}

function NoRuns({ filtered, windowed, onClear, onWiden }: { filtered: boolean; windowed: boolean; onClear: () => void; onWiden: () => void }) {
  const { tenantId } = usePrefs();
  const pipelines = useQuery(pipelinesQuery(tenantId, "", 0, 1)).data;
  const workers = useQuery(workersQuery()).data;
  if (filtered)
    return (
      <Empty icon={FilterX} title="No run fits these filters" action={<Button onClick={onClear}>Clear all filters</Button>}>
        Try a longer time, or fewer statuses.
      </Empty>
    );
  if (pipelines?.items.length === 0)
    return (
      <Empty
        title="No pipeline yet"
        action={
          <>
            <Link to="/pipelines" search={{ create: true }} className={buttonClass("primary")}>
              Make a pipeline
            </Link>
            <TryExample />
          </>
        }
      >
        A pipeline is a graph of steps. Once a version of it is approved, it can be run.
      </Empty>
    );
  if (windowed)
    return (
      <Empty title="No run in this time" action={<Button onClick={onWiden}>Show runs of all time</Button>}>
        Nothing was started in it. A run that is started now appears here by itself.
      </Empty>
    );
  return (
    <Empty title="No run yet" action={<Link to="/start" className={buttonClass("primary")}>Start the first run</Link>}>
      {workers?.items.every((worker) => worker.state === "gone") && (
        <>
          No worker is connected now: a run will wait until one is started.
          <StartCommand />
        </>
      )}
    </Empty>
  );
}

function ViewsAndColumns({ columns, search, onOpen }: { columns: readonly string[]; search: RunsSearch; onOpen: (search: string) => void }) {
  const toggle = (key: string) => {
    const next = columns.includes(key) ? columns.filter((each) => each !== key) : COLUMNS.map((column) => column.key).filter((each) => columns.includes(each) || each === key);
    setPrefs({ runColumns: next });
  };
  return (
    <>
      <ViewsMenu current={stringifySearch({ ...search })} onOpen={onOpen} />
      <span className="hidden md:inline">
        <Popover
          label="Columns"
          trigger={
            <Button icon={Columns3}>
              Columns
            </Button>
          }
        >
          <div className="flex flex-col gap-1">
            {COLUMNS.map((column) => (
              <Checkbox key={column.key} label={column.title} checked={columns.includes(column.key)} disabled={column.key === "run"} onChange={() => toggle(column.key)} />
            ))}
            <Button small kind="ghost" className="mt-1" onClick={() => setPrefs({ runColumns: null })}>
              As usual
            </Button>
          </div>
        </Popover>
      </span>
    </>
  );
}

function ExportMenu({ filter }: { filter: ReturnType<typeof toApi> }) {
  const [busy, setBusy] = useState(false);
  const [seen, setSeen] = useState(0);
  const save = async (kind: "csv" | "json") => {
    setBusy(true);
    try {
      const { runs, more } = await readAll(filter, MOST_EXPORTED, setSeen);
      const name = `runs-${new Date().toISOString().slice(0, 19).replaceAll(":", "")}`;
      if (kind === "csv") download(`${name}.csv`, "text/csv;charset=utf-8", toCsv(runs));
      else download(`${name}.json`, "application/json", JSON.stringify(runs, null, 2));
      toast(more ? `Exported the newest ${count(MOST_EXPORTED)} runs; there are more.` : `Exported ${count(runs.length)} runs.`);
    } catch (error) {
      toast(sentenceOf(error), "error");
    } finally {
      setBusy(false);
      setSeen(0);
    }
  };
  return (
    <Menu
      trigger={
        <Button icon={Download} busy={busy}>
          {busy ? count(seen) : "Export"}
        </Button>
      }
    >
      <MenuItem onSelect={() => void save("csv")}>CSV, for spreadsheets</MenuItem>
      <MenuItem onSelect={() => void save("json")}>JSON, with everything</MenuItem>
    </Menu>
  );
}
