import { useMutation, useQueryClient } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { post } from "@/shared/api/http";
import type { Run } from "@/shared/api/types";
import { isFinished } from "@/shared/status/status";
import { text } from "@/shared/text";
import { useNow } from "@/shared/time/useNow";
import { Button } from "@/shared/ui/Button";
import { toast } from "@/shared/ui/toasts";
import type { Attempt } from "./fold";
import { isPutOff } from "./waits";

interface Props {
  run: Run;
  /** The step's newest attempt. */
  attempt: Attempt | null | undefined;
  className?: string;
}

/** Ends the pause before a step's next attempt; nothing where there is none. */
export function RetryNow({ run, attempt, className }: Props) {
  const client = useQueryClient();
  const now = useNow();
  const retry = useMutation({
    // The attempt that failed is named: a second click never ends the pause after the next failure.
    mutationFn: (failed: Attempt) => post(`/api/v1/runs/${run.id}/retry-step`, { step_id: failed.stepId, attempt: failed.attempt }, { tenantId: run.tenant_id }),
    onSuccess: (_, failed) => {
      toast(text.run.retryNow.done(failed.stepId));
      void client.invalidateQueries({ queryKey: ["run", run.id] });
    },
  });
  if (!attempt || isFinished(run.status) || !isPutOff(attempt, now)) return null;
  return (
    <Button small icon={RotateCcw} needs="runs.control" tenant={run.tenant_id} className={className} busy={retry.isPending} disabled={run.cancel_requested} title={run.cancel_requested ? text.run.retryNow.cancelling : text.run.retryNow.hint(attempt.attempt + 1)} onClick={() => retry.mutate(attempt)}>
      {text.run.retryNow.action}
    </Button>
  );
}
