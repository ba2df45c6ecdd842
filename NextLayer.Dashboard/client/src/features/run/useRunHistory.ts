import { useEffect, useReducer, useRef, useState } from "react";
import { openSocket, type Connection } from "@/shared/api/socket";
import type { StreamMessage } from "@/shared/api/types";
import { NO_HISTORY, takeIn, type History } from "./stream";

const GATHER_MS = 80;

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

  return { history, connection };
}
