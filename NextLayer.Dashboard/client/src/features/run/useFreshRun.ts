import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

const GATHER_MS = 250;

/** Reads the run's row (times, worker, lease) again when its history has gone on beyond it. */
export function useFreshRun(runId: string, rowSeq: number, historySeq: number): void {
  const client = useQueryClient();
  useEffect(() => {
    if (historySeq <= rowSeq) return;
    const timer = setTimeout(() => void client.invalidateQueries({ queryKey: ["run", runId], exact: true }), GATHER_MS);
    return () => clearTimeout(timer);
  }, [client, historySeq, runId, rowSeq]);
}
