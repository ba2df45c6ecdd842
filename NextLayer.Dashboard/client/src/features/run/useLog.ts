import { useCallback, useEffect, useRef, useState } from "react";
import { get, toQuery } from "@/shared/api/http";
import type { LogLevel, RunLogLine } from "@/shared/api/types";

const PAGE = 1000;
/** Lines read from the end at first; the reader may ask for earlier ones. */
const TAIL = 5_000;

interface Filter {
  level: LogLevel | undefined;
  stepId: string | undefined;
  q: string | undefined;
}

export interface Log {
  lines: readonly RunLogLine[];
  loading: boolean;
  error: unknown;
  /** Lines before the first one read, that were not asked for. */
  earlier: number;
  readEarlier: () => void;
  retry: () => void;
}

/** A run's log by its own cursor, which is the same live and later, so that its end loses nothing. */
export function useLog(runId: string, newestLine: number, { level, stepId, q }: Filter, around?: number): Log {
  const [lines, setLines] = useState<readonly RunLogLine[]>([]);
  const [loading, setLoading] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [start, setStart] = useState<number | null>(null);
  const [turn, setTurn] = useState(0);
  const read = useRef(0);
  const busy = useRef(false);
  const key = `${runId}|${level ?? ""}|${stepId ?? ""}|${q ?? ""}|${start ?? ""}|${turn}|${newestLine > 0}`;
  const from = start ?? Math.max(0, Math.min(newestLine - TAIL, (around ?? newestLine) - 200));

  const firstFrom = useRef(from);
  useEffect(() => {
    firstFrom.current = from;
    read.current = from;
    setLines([]);
    setError(null);
    // Where to begin is decided when the question changes, not with every line that comes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);

  useEffect(() => {
    const controller = new AbortController();
    const run = async () => {
      if (busy.current) return;
      busy.current = true;
      setLoading(true);
      try {
        while (read.current < newestLine && !controller.signal.aborted) {
          const page: { items: RunLogLine[]; last_line: number } = await get(`/api/runs/${runId}/logs${toQuery({ after_line: read.current, limit: PAGE, level, step_id: stepId, q })}`, { signal: controller.signal });
          if (controller.signal.aborted) return;
          // A page that is not full has seen all lines there are, also those the filter left out.
          read.current = page.items.length < PAGE ? Math.max(newestLine, page.last_line) : page.last_line;
          if (page.items.length > 0) setLines((old) => [...old, ...page.items.filter((line) => line.line > (old.at(-1)?.line ?? 0))]);
        }
        setError(null);
      } catch (failure) {
        if (!controller.signal.aborted) setError(failure);
      } finally {
        busy.current = false;
        setLoading(false);
      }
    };
    busy.current = false;
    void run();
    return () => controller.abort();
  }, [key, newestLine, runId, level, stepId, q]);

  return {
    lines,
    loading,
    error,
    earlier: firstFrom.current,
    readEarlier: useCallback(() => setStart(0), []),
    retry: useCallback(() => setTurn((old) => old + 1), []),
  };
}
