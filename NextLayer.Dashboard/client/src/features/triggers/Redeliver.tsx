import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "@/shared/api/http";
import type { PipelineVersion } from "@/shared/api/types";
import { text } from "@/shared/text";
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
      toast(text.webhooks.redelivery.done(shortId(run.run_id)));
      onClose();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["deliveries", version.id] }),
  });
  return (
    <Confirm open onOpenChange={onClose} title={text.webhooks.redelivery.ask} action={text.webhooks.redelivery.action} busy={again.isPending} onConfirm={() => again.mutate()}>
      <div className="flex flex-col gap-3 text-sm text-ink-2">
        <p>
          {text.webhooks.redelivery.meaning(<Time at={delivery.received_at} />)}
        </p>
        {delivery.verdict === "accepted" && <p>{text.webhooks.redelivery.mayBeTwice}</p>}
        <FormError error={again.error} />
      </div>
    </Confirm>
  );
}
