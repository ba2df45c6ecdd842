import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "@/shared/api/http";
import type { PipelineVersion } from "@/shared/api/types";
import { Time } from "@/shared/time/Time";
import { shortId } from "@/shared/ui/Copy";
import { FormError } from "@/shared/ui/FormError";
import { Confirm } from "@/shared/ui/Overlay";
import { toast } from "@/shared/ui/toasts";
import type { Delivery } from "./triggerQueries";

/** Asks, and delivers a call once more. */
export function Redeliver({ delivery, version, onClose }: { delivery: Delivery; version: PipelineVersion; onClose: () => void }) {
  const client = useQueryClient();
  // One wish, one delivery: also where the answer is lost and it is pressed again.
  const [wish] = useState(() => crypto.randomUUID());
  const again = useMutation({
    mutationFn: () => post<{ run_id: string }>(`/api/v1/triggers/webhook/${version.id}/deliveries/${delivery.id}/redeliver`, undefined, { tenantId: version.tenant_id, idempotencyKey: wish }),
    meta: { quiet: true },
    onSuccess: (run) => {
      toast(`Delivered again: run ${shortId(run.run_id)}.`);
      onClose();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["deliveries", version.id] }),
  });
  return (
    <Confirm open onOpenChange={onClose} title="Deliver this call again?" action="Deliver again" busy={again.isPending} onConfirm={() => again.mutate()}>
      <div className="flex flex-col gap-3 text-sm text-ink-2">
        <p>
          What came <Time at={delivery.received_at} /> is given to the current version once more, as a delivery and a run of its own. Its sender hears nothing of it.
        </p>
        {delivery.verdict === "accepted" && <p>The run that it made stays as it is: what that has done may be done twice.</p>}
        <FormError error={again.error} />
      </div>
    </Confirm>
  );
}
