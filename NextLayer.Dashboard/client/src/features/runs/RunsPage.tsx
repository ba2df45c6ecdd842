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
import { text } from "@/shared/text";
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
import { hasFilters, isCounted, lengthOf, readRunsSearch, toApi, windowOf, type RunsSearch } from "./runsSearch";
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
      title={text.pages.runs}
      aside={
        <>
          <ConnectionBadge state={paused ? "paused" : list.connection} />
          <IconButton small label={paused ? text.runs.resume : text.runs.pause} icon={paused ? Play : Pause} onClick={() => setPaused(!paused)} />
        </>
      }
      actions={
        <>
          <ViewsAndColumns columns={columns} search={search} onOpen={(query) => void navigate({ search: readRunsSearch(parseSearch(query)) })} />
          <ExportMenu filter={filter} />
          <Link to="/start" search={search.version ? { version: search.version } : search.pipeline ? { pipeline: search.pipeline } : {}} className={buttonClass("primary")}>
            <Plus className="size-3.5" aria-hidden />
            {text.pages.start}
          </Link>
        </>
      }
    >
      <Histogram filter={{ tenantId, pipelineId: search.pipeline, from: search.after, to: search.before, hours }} onZoom={(after, before) => change({ after, before, window: undefined })} />
      <Filters search={search} counts={isCounted(search) ? stats.data?.totals : undefined} onChange={change} onClear={clear} />
      <p className="-mb-2 flex min-h-5 items-center gap-3 text-xs text-ink-3" aria-live="polite">
        {query.data && <span className="tnum">{totalWords(list.total, runs.length)}</span>}
        {query.isFetching && !query.isPending && <LoaderCircle className="size-3.5 animate-spin" aria-label={text.common.loading} />}
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
            {text.runs.newRuns(`${count(list.waiting)}${list.waitingIsMore ? "+" : ""}`, list.waiting === 1)}
          </button>
        </div>
      )}
      {query.isPending ? (
        <div className="rounded-xl border border-line bg-surface">
          <SkeletonRows rows={12} label={text.runs.loading} />
        </div>
      ) : query.isError && runs.length === 0 ? (
        <div className="rounded-xl border border-line bg-surface">
          <Failure error={query.error} what={text.things.runs} retry={() => void query.refetch()} />
        </div>
      ) : runs.length === 0 ? (
        <div className="rounded-xl border border-line bg-surface">
          <NoRuns filtered={hasFilters(search)} windowed={windowOf(search) !== "all"} onClear={clear} onWiden={() => change({ window: "all" })} />
        </div>
      ) : (
        <RunTable runs={runs} columns={columns} selected={selected} onSelect={setSelected} onPointer={setPointed} onEnd={onEnd} onNarrow={change} />
      )}
      {query.isFetchingNextPage && <SkeletonRows rows={3} label={text.runs.loadingMore} />}
      {query.data && !query.hasNextPage && runs.length > 20 && <p className="py-2 text-center text-xs text-ink-3">{text.runs.all}</p>}
      {chosen.length > 0 && <BulkBar selected={chosen} filter={filter} total={list.total} onClear={() => setSelected(NO_RUNS)} />}
    </Page>
  );
}

function totalWords(total: string, shown: number): string {
  const more = total.endsWith("+");
  const value = Number(total.replace("+", "")) || shown;
  return text.runs.count(`${count(Math.max(value, shown))}${more ? "+" : ""}`, value === 1 && !more);
}

function NoRuns({ filtered, windowed, onClear, onWiden }: { filtered: boolean; windowed: boolean; onClear: () => void; onWiden: () => void }) {
  const { tenantId } = usePrefs();
  const pipelines = useQuery(pipelinesQuery(tenantId, "", 0, 1)).data;
  const workers = useQuery(workersQuery()).data;
  if (filtered)
    return (
      <Empty icon={FilterX} title={text.runs.noMatch.title} action={<Button onClick={onClear}>{text.common.clearFilters}</Button>}>
        {text.runs.noMatch.meaning}
      </Empty>
    );
  if (pipelines?.items.length === 0)
    return (
      <Empty
        title={text.runs.noPipeline.title}
        action={
          <>
            <Link to="/pipelines" search={{ create: true }} className={buttonClass("primary")}>
              {text.runs.noPipeline.create}
            </Link>
            <TryExample />
          </>
        }
      >
        {text.runs.noPipeline.meaning}
      </Empty>
    );
  if (windowed)
    return (
      <Empty title={text.runs.noneInTime.title} action={<Button onClick={onWiden}>{text.runs.noneInTime.widen}</Button>}>
        {text.runs.noneInTime.meaning}
      </Empty>
    );
  return (
    <Empty title={text.runs.none.title} action={<Link to="/start" className={buttonClass("primary")}>{text.runs.none.start}</Link>}>
      {workers?.items.every((worker) => worker.state === "gone") && (
        <>
          {text.runs.none.noWorker}
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
          label={text.runs.columns}
          trigger={
            <Button icon={Columns3}>
              {text.runs.columns}
            </Button>
          }
        >
          <div className="flex flex-col gap-1">
            {COLUMNS.map((column) => (
              <Checkbox key={column.key} label={column.title} checked={columns.includes(column.key)} disabled={column.key === "run"} onChange={() => toggle(column.key)} />
            ))}
            <Button small kind="ghost" className="mt-1" onClick={() => setPrefs({ runColumns: null })}>
              {text.runs.usualColumns}
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
      toast(more ? text.runs.exportedNewest(count(MOST_EXPORTED)) : text.runs.exported(count(runs.length)));
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
          {busy ? count(seen) : text.runs.export}
        </Button>
      }
    >
      <MenuItem onSelect={() => void save("csv")}>{text.runs.exportCsv}</MenuItem>
      <MenuItem onSelect={() => void save("json")}>{text.runs.exportJson}</MenuItem>
    </Menu>
  );
}
