import { text } from "@/shared/text";
import type { Delivery } from "./triggerQueries";

/** Why a call cannot be delivered again; null where it can. */
export function whyNotAgain(delivery: Delivery, enabled: boolean): string | null {
  if (delivery.verdict === "bad_signature") return text.webhooks.redelivery.not.badSignature;
  if (delivery.verdict === "disabled") return text.webhooks.redelivery.not.disabledThen;
  if (delivery.verdict === "duplicate") return text.webhooks.redelivery.not.duplicate;
  if (!delivery.can_redeliver) return text.webhooks.redelivery.not.notKept;
  return enabled ? null : text.webhooks.redelivery.not.disabled;
}
