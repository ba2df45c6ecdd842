import { useEffect, useReducer, useRef, useState } from "react";
import { ApiError, get, toQuery } from "@/shared/api/http";
import { openSocket, POLL_MS, type Connection } from "@/shared/api/socket";
import type { RunEvent, StreamMessage } from "@/shared/api/types";
import { NO_HISTORY, takeIn, type History } from "./stream";

const GATHER_MS = 80;
const PAGE = 1000;

/** All that happened to a run, from its first event on, and live. */
export function useRunHistory(runId: string, enabled: boolean): { history: History; connection: Connection } {
  const [history, add] = useReducer((state: History, change: readonly StreamMessage[] | null) => (change === null ? NO_HISTORY : takeIn(state, change)), NO_HISTORY);
  const [connection, setConnection] = useState<Connection>("connecting");
  const [torn, setTorn] = useState(0);
  const lastSeq = useRef(0);
  useEffect(() => {
    lastSeq.current = history.lastSeq;
  }, [history.lastSeq]);
  useEffect(() => {
    if (history.hole) setTorn((count) => count + 1);
  }, [history.hole]);
  useEffect(() => {
    add(null);
    lastSeq.current = 0;
  }, [runId]);

  useEffect(() => {
    if (!enabled) return;
    let gathered: StreamMessage[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const close = openSocket({
      address: () => `/ws/runs/${runId}?after_seq=${lastSeq.current}`,
      onMessage: (message) => {
        gathered.push(message as StreamMessage);
        timer ??= setTimeout(() => {
          timer = undefined;
          add(gathered);
          gathered = [];
        }, GATHER_MS);
      },
      onConnection: setConnection,
    });
    return () => {
      clearTimeout(timer);
      close();
    };
  }, [runId, enabled, torn]);

  // Without the stream the events are asked for again and again, while somebody looks.
  useEffect(() => {
    if (!enabled || connection === "live") return;
    const controller = new AbortController();
    let busy = false;
    const readOn = async () => {
      if (busy || document.hidden) return;
      busy = true;
      const read: StreamMessage[] = [];
      const known = lastSeq.current;
      try {
        let page: RunEvent[];
        do {
          page = (await get<{ items: RunEvent[] }>(`/api/runs/${runId}/events${toQuery({ after_seq: known + read.length, limit: PAGE })}`, { signal: controller.signal })).items;
          read.push(...page.map((event) => ({ ...event, type: "event" as const })));
        } while (page.length === PAGE);
        add(read); // At once: a part of it would look like the whole.
      } catch (error) {
        // Asked again soon, unless it was refused.
        if (error instanceof ApiError && !error.isUnreachable && error.status !== 429) clearInterval(timer);
      } finally {
        busy = false;
      }
    };
    const timer = setInterval(() => void readOn(), POLL_MS);
    if (connection === "polling") void readOn();
    return () => {
      clearInterval(timer);
      controller.abort();
    };
  }, [connection, enabled, runId]);

  return { history, connection };
}
