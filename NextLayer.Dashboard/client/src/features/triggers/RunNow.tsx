import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { post } from "@/shared/api/http";
import { usePipelineName, versionsQuery } from "@/shared/api/queries";
import { text } from "@/shared/text";
import { FormError } from "@/shared/ui/FormError";
import { JsonTree } from "@/shared/ui/JsonTree";
import { Confirm } from "@/shared/ui/Overlay";
import type { Schedule } from "./triggerQueries";

/** Starts now what a schedule would start at its next time. */
export function RunNow({ schedule, onClose }: { schedule: Schedule; onClose: () => void }) {
  const navigate = useNavigate();
  const name = usePipelineName(schedule.pipeline_id);
  const versions = useQuery(versionsQuery({ pipelineId: schedule.pipeline_id, status: "APPROVED" })).data?.items;
  const current = versions?.toSorted((a, b) => b.version_number - a.version_number)[0];
  // One wish, one run: also where the answer is lost and it is pressed again.
  const [wish] = useState(() => crypto.randomUUID());
  const start = useMutation({
    mutationFn: (workflowId: string) => post<{ id: string }>(`/api/v1/workflows/${workflowId}/run`, { input: schedule.input }, { tenantId: schedule.tenant_id, idempotencyKey: wish }),
    meta: { quiet: true },
    onSuccess: (run) => void navigate({ to: "/runs/$runId", params: { runId: run.id } }),
  });
  return (
    <Confirm open onOpenChange={onClose} title={text.schedules.runNow.ask(name)} action={text.schedules.runNow.action} busy={start.isPending} disabled={!current} onConfirm={() => current && start.mutate(current.id)}>
      <div className="flex flex-col gap-3 text-sm">
        <p className="text-ink-2">
          {versions && !current ? text.schedules.runNow.noVersion : current ? text.schedules.runNow.meaning(current.version) : text.schedules.runNow.meaningCurrent}
        </p>
        {Object.keys(schedule.input).length > 0 && <JsonTree value={schedule.input} label={text.schedules.runNow.input} />}
        <FormError error={start.error} />
      </div>
    </Confirm>
  );
}
