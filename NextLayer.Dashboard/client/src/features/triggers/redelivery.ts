import type { Delivery } from "./triggerQueries";

/** Why a call cannot be delivered again; null where it can. */
export function whyNotAgain(delivery: Delivery, enabled: boolean): string | null {
  if (delivery.verdict === "bad_signature") return "Its signature was bad: nobody knows who sent it.";
  if (delivery.verdict === "disabled") return "The webhook was disabled when it came, so nobody looked whether it was genuine.";
  if (delivery.verdict === "duplicate") return "It repeated an earlier call. Deliver that one again.";
  if (!delivery.can_redeliver) return "Its body is not kept.";
  return enabled ? null : "The webhook is disabled. Let it take calls first.";
}
