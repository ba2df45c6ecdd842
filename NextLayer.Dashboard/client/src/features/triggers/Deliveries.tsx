import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Play, RotateCcw } from "lucide-react";
import { useState } from "react";
import type { PipelineVersion } from "@/shared/api/types";
import { text } from "@/shared/text";
import { Time } from "@/shared/time/Time";
import { Button, buttonClass } from "@/shared/ui/Button";
import { shortId } from "@/shared/ui/Copy";
import { Card } from "@/shared/ui/Page";
import { Failure, SkeletonRows } from "@/shared/ui/States";
import { Tag } from "@/shared/ui/Status";
import { Tooltip } from "@/shared/ui/Tooltip";
import { Redeliver } from "./Redeliver";
import { whyNotAgain } from "./redelivery";
import { deliveriesQuery, webhookQuery, type Delivery } from "./triggerQueries";

const VERDICTS: Record<Delivery["verdict"], readonly [string, "succeeded" | "queued" | "failed" | "cancelled"]> = {
  accepted: [text.webhooks.verdicts.accepted, "succeeded"],
  duplicate: [text.webhooks.verdicts.duplicate, "queued"],
  bad_signature: [text.webhooks.verdicts.bad_signature, "failed"],
  invalid_input: [text.webhooks.verdicts.invalid_input, "failed"],
  disabled: [text.webhooks.verdicts.disabled, "cancelled"],
  not_published: [text.webhooks.verdicts.not_published, "failed"],
  quota_exceeded: [text.webhooks.verdicts.quota_exceeded, "failed"],
};

/** The newest calls of a webhook: what became of each, and once more where that can be. */
export function Deliveries({ version }: { version: PipelineVersion }) {
  const query = useQuery(deliveriesQuery(version.tenant_id, version.id));
  const enabled = useQuery(webhookQuery(version.tenant_id, version.id)).data?.enabled ?? true;
  const [again, setAgain] = useState<Delivery | null>(null);
  return (
    <Card title={text.webhooks.calls} bare>
      {query.isPending ? (
        <SkeletonRows rows={3} />
      ) : query.isError ? (
        <Failure error={query.error} what={text.things.calls} retry={() => void query.refetch()} />
      ) : query.data.length === 0 ? (
        <p className="px-4 py-6 text-sm text-ink-2">{text.webhooks.noCalls}</p>
      ) : (
        <ul>
          {query.data.map((each) => (
            <Row key={each.id} delivery={each} version={version} whyNot={whyNotAgain(each, enabled)} onAgain={() => setAgain(each)} />
          ))}
        </ul>
      )}
      {again && <Redeliver delivery={again} version={version} onClose={() => setAgain(null)} />}
    </Card>
  );
}

function Row({ delivery, version, whyNot, onAgain }: { delivery: Delivery; version: PipelineVersion; whyNot: string | null; onAgain: () => void }) {
  const [word, tone] = VERDICTS[delivery.verdict];
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2 text-sm last:border-0">
      <Tag tone={tone}>{word}</Tag>
      <Time at={delivery.received_at} className="text-xs text-ink-3" />
      {delivery.run_id && (
        <Link to="/runs/$runId" params={{ runId: delivery.run_id }} className="font-mono text-xs text-accent-ink hover:underline">
          {text.webhooks.run(shortId(delivery.run_id))}
        </Link>
      )}
      {delivery.redelivery_of && <span className="text-xs text-ink-2">{text.webhooks.redeliveryOf(shortId(delivery.redelivery_of))}</span>}
      <span className="min-w-0 flex-1 truncate text-xs text-ink-2" title={delivery.remote_address ?? undefined}>
        {delivery.detail ?? delivery.message_id ?? delivery.remote_address}
      </span>
      {delivery.unrecorded > 0 && <span className="text-xs text-ink-3">{text.webhooks.andAlike(delivery.unrecorded)}</span>}
      <span className="flex gap-1.5">
        {delivery.verdict === "accepted" && delivery.run_id && (
          <Link to="/start" search={{ version: version.id, from: delivery.run_id }} className={buttonClass("ghost", true)} title={text.webhooks.againHint}>
            <Play className="size-3.5" aria-hidden /> {text.webhooks.again}
          </Link>
        )}
        {whyNot ? (
          <Tooltip text={whyNot}>
            <button type="button" aria-disabled className={buttonClass("secondary", true)}>
              <RotateCcw className="size-3.5" aria-hidden /> {text.webhooks.redeliver}
            </button>
          </Tooltip>
        ) : (
          <Button small icon={RotateCcw} needs="runs.start" tenant={version.tenant_id} onClick={onAgain}>
            {text.webhooks.redeliver}
          </Button>
        )}
      </span>
    </li>
  );
}
