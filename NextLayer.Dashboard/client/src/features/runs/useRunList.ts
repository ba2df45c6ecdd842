import { useInfiniteQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { request, toQuery } from "@/shared/api/http";
import { openSocket, POLL_MS, type Connection } from "@/shared/api/socket";
import type { ListMessage, Run, RunPage } from "@/shared/api/types";
import { prepend, unknownAbove, updateRows, without, type News } from "./liveList";
import { RUNS_PAGE, runListQuery, type RunsFilter } from "./runListQuery";

/** News are put together this long, so that a thousand of them are one change of the page. */
const GATHER_MS = 300;
const AHEAD_MS = 10_000;
const MOST_WAITING = 200;

type Data = InfiniteData<RunPage & { total: string }, string | null>;

interface Options {
  /** Rows must not move now: the reader points at them, has chosen some, or is further down. */
  frozen: boolean;
  paused: boolean;
}

/** The runs that fit a filter, newest first, kept true by the stream of runs or, without it, by asking. */
export function useRunList(filter: RunsFilter, { frozen, paused }: Options) {
  const client = useQueryClient();
  const asked = useMemo(() => runListQuery(filter), [filter]);
  const key = asked.queryKey;
  // What was asked ahead of the page is not asked twice; what is older may have changed since.
  const query = useInfiniteQuery({ ...asked, refetchOnMount: ({ state }) => (Date.now() - state.dataUpdatedAt < AHEAD_MS ? false : "always") });
  const [waiting, setWaiting] = useState<readonly Run[]>([]);
  const [connection, setConnection] = useState<Connection>("connecting");
  const gathered = useRef<News[]>([]);
  const owed = useRef(false);
  const now = useRef({ frozen, paused, waiting });
  useEffect(() => {
    now.current = { frozen, paused, waiting };
  });

  const apply = useCallback(() => {
    const data = client.getQueryData<Data>(key);
    if (!data || now.current.paused) return; // What comes before the first page is kept for it.
    const news = gathered.current;
    gathered.current = [];
    const updated = updateRows(data, news) as Data;
    const fresh = unknownAbove(updated, [...now.current.waiting, ...news], filter);
    if (now.current.frozen) {
      client.setQueryData<Data>(key, updated);
      setWaiting(fresh.slice(0, MOST_WAITING));
    } else {
      if (updated !== data || fresh.length > 0) client.setQueryData<Data>(key, fresh.length > 0 ? (prepend(updated, fresh, filter) as Data) : updated);
      setWaiting((old) => (old.length === 0 ? old : []));
    }
  }, [client, filter, key]);

  useEffect(() => setWaiting([]), [key]);
  useEffect(() => {
    gathered.current = [];
    owed.current = false;
  }, [key, paused]);
  const isRead = query.data !== undefined;
  useEffect(() => {
    if (isRead) apply();
  }, [apply, isRead]);

  /** Reads the first page and takes it as news; rows that are gone from it go, once nothing holds them in their places. */
  const readAgain = useCallback(
    async (signal?: AbortSignal) => {
      try {
        if (client.isFetching({ queryKey: key }) > 0) await client.refetchQueries({ queryKey: key, exact: true }, { cancelRefetch: false });
        const known = new Set(client.getQueryData<Data>(key)?.pages.flatMap((page) => page.items.map((run) => run.id)));
        const { data: page } = await request<RunPage>(`/api/runs${toQuery({ ...filter, limit: RUNS_PAGE })}`, { signal });
        owed.current = now.current.frozen;
        if (!owed.current) client.setQueryData<Data>(key, (data) => data && (without(data, page, known) as Data));
        gathered.current.push(...page.items);
        apply();
      } catch {
        // The list itself says when nobody answers.
      }
    },
    [apply, client, filter, key],
  );
  useEffect(() => {
    if (!frozen && owed.current) void readAgain();
  }, [frozen, readAgain]);

  // The stream of the runs that the indexes of the list tell apart; of the rest, what does not fit is passed over.
  useEffect(() => {
    if (paused) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let back = false;
    const close = openSocket({
      address: () => `/ws/runs${toQuery({ tenant_id: filter.tenant_id, status: filter.status, pipeline_id: filter.pipeline_id, workflow_id: filter.pipeline_version_id, worker_id: filter.worker_id, label: filter.label, duration_ms_min: filter.duration_ms_min })}`,
      onMessage: (message) => {
        const each = message as ListMessage;
        // All is told from the snapshot on: what happened before, since the page was read, is asked for.
        if (each.type === "snapshot" && back) void client.invalidateQueries({ queryKey: key });
        else if (each.type === "snapshot" || each.type === "resync") void readAgain();
        else if (each.type === "gone") gathered.current.push({ id: each.id, status: each.status, last_event_seq: each.seq });
        else if (each.type === "run") gathered.current.push(each.run);
        timer ??= setTimeout(() => {
          timer = undefined;
          apply();
        }, GATHER_MS);
      },
      onConnection: (state, again) => {
        setConnection(state);
        back = again;
      },
    });
    return () => {
      clearTimeout(timer);
      close();
    };
  }, [apply, client, filter, key, paused, readAgain]);

  // Without the stream the first page is asked for again and again, while somebody looks.
  useEffect(() => {
    if (connection === "live" || paused) return;
    const controller = new AbortController();
    const timer = setInterval(() => {
      if (!document.hidden) void readAgain(controller.signal);
    }, POLL_MS);
    return () => {
      clearInterval(timer);
      controller.abort();
    };
  }, [connection, paused, readAgain]);

  const showWaiting = useCallback(() => {
    const data = client.getQueryData<Data>(key);
    if (now.current.waiting.length >= MOST_WAITING) void client.resetQueries({ queryKey: key });
    else if (data) client.setQueryData<Data>(key, prepend(data, now.current.waiting, filter) as Data);
    setWaiting([]);
  }, [client, filter, key]);

  const runs = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  return { query, runs, total: query.data?.pages[0]?.total ?? "", waiting: waiting.length, waitingIsMore: waiting.length >= MOST_WAITING, showWaiting, connection };
}
