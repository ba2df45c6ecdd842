import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { progressQuery, type ForEachCounts } from "@/shared/api/progress";
import type { Run } from "@/shared/api/types";
import type { RunView } from "./fold";

/** Items begin and end without an event of the run that waits for them. */
const ASK_AGAIN_MS = 1_000;

/** Items of the run's for-each steps by step, as they are now; asked again while one of the steps waits for them. */
export function useForEach(run: Run, now: RunView): ReadonlyMap<string, ForEachCounts> {
  const steps = [...now.steps.values()].filter((step) => step.stepType === "for_each");
  const waits = steps.some((step) => step.status === "waiting");
  // An attempt that began or ended is another question; all else that happens to the run is none.
  const turn = steps.reduce((sum, step) => sum + step.attempts * 2 + (step.status === "waiting" ? 0 : 1), 0);
  const { data } = useQuery({
    ...progressQuery(run.id, turn),
    queryKey: ["progress", run.id, "for-each", turn],
    enabled: steps.length > 0,
    placeholderData: keepPreviousData,
    refetchInterval: waits ? ASK_AGAIN_MS : false,
  });
  return useMemo(() => new Map(data?.for_each.map((each) => [each.step_id, each])), [data]);
}
