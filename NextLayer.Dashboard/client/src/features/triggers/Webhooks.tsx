import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { KeyRound, Terminal, Webhook } from "lucide-react";
import { useState } from "react";
import { useAccess } from "@/shared/access/me";
import { post, put } from "@/shared/api/http";
import { pipelineQuery, versionsQuery } from "@/shared/api/queries";
import type { PipelineVersion } from "@/shared/api/types";
import { OverlapField, USUAL_OVERLAP } from "@/shared/form/OverlapField";
import { usePrefs } from "@/shared/prefs/prefs";
import { text } from "@/shared/text";
import { Time } from "@/shared/time/Time";
import { Button } from "@/shared/ui/Button";
import { CopyButton, copyText } from "@/shared/ui/Copy";
import { Checkbox } from "@/shared/ui/Form";
import { Confirm } from "@/shared/ui/Overlay";
import { Card } from "@/shared/ui/Page";
import { Empty, Failure, Skeleton, SkeletonRows } from "@/shared/ui/States";
import { Tag } from "@/shared/ui/Status";
import { cx } from "@/shared/ui/cx";
import { Deliveries } from "./Deliveries";
import { webhookQuery, type WebhookSettings } from "./triggerQueries";

const route = getRouteApi("/triggers");

export function Webhooks() {
  const { open } = route.useSearch();
  const navigate = route.useNavigate();
  const { tenantId } = usePrefs();
  const query = useQuery(versionsQuery({ tenantId, status: "APPROVED" }));
  if (query.isPending) return <SkeletonRows />;
  if (!query.data) return <Failure error={query.error} what={text.things.pipelines} retry={() => void query.refetch()} />;
  const newest = [...new Map(query.data.items.toSorted((a, b) => a.version_number - b.version_number).map((each) => [each.pipeline_id, each])).values()];
  const chosen = newest.find((each) => each.id === open) ?? newest[0];
  if (!chosen)
    return (
      <div className="rounded-xl border border-line bg-surface">
        <Empty icon={Webhook} title={text.webhooks.empty.title}>
          {text.webhooks.empty.meaning}
        </Empty>
      </div>
    );
  return (
    <div className="grid grid-cols-1 gap-4 lg:grid-cols-[16rem_minmax(0,1fr)]">
      <nav aria-label={text.pages.pipelines} className="h-fit max-h-60 overflow-y-auto rounded-xl border border-line bg-surface p-1.5 lg:max-h-[70vh]">
        {newest.map((each) => (
          <Choice key={each.id} version={each} taken={each.id === chosen.id} onChoose={() => void navigate({ search: { tab: "webhooks", open: each.id } })} />
        ))}
      </nav>
      <div key={chosen.id} className="flex min-w-0 flex-col gap-4">
        <Settings version={chosen} />
        <Deliveries version={chosen} />
      </div>
    </div>
  );
}

function Choice({ version, taken, onChoose }: { version: PipelineVersion; taken: boolean; onChoose: () => void }) {
  const pipeline = useQuery(pipelineQuery(version.pipeline_id)).data;
  return (
    <button type="button" aria-current={taken ? "true" : undefined} onClick={onChoose} className={cx("flex w-full items-center justify-between gap-2 rounded-md px-2.5 py-1.5 text-left text-sm hover:bg-hover ring-inset-focus", taken && "bg-accent-soft font-medium hover:bg-accent-soft")}>
      <span className="truncate">{pipeline?.name ?? "…"}</span>
      <span className="text-xs text-ink-3">{version.version}</span>
    </button>
  );
}

function Settings({ version }: { version: PipelineVersion }) {
  const client = useQueryClient();
  const query = useQuery(webhookQuery(version.tenant_id, version.id));
  const [rotating, setRotating] = useState(false);
  const mayWrite = useAccess().can("triggers.write", version.tenant_id);
  const [secret, setSecret] = useState<string | null>(null);
  const [overlap, setOverlap] = useState(USUAL_OVERLAP);
  const took = (settings: WebhookSettings) => {
    setSecret(settings.secret);
    client.setQueryData(["webhook", version.id], settings);
    setRotating(false);
  };
  const save = useMutation({ mutationFn: (change: { enabled: boolean; require_signature: boolean }) => put<WebhookSettings>(`/api/v1/triggers/webhook/${version.id}/settings`, change, { tenantId: version.tenant_id }), onSuccess: took });
  const rotate = useMutation({ mutationFn: () => post<WebhookSettings>(`/api/v1/triggers/webhook/${version.id}/settings/rotate`, { overlap_seconds: overlap }, { tenantId: version.tenant_id }), onSuccess: took });
  if (query.isPending) return <Skeleton className="h-40" />;
  if (!query.data) return <Card><Failure error={query.error} what={text.things.webhook} retry={() => void query.refetch()} /></Card>;
  const settings = query.data;
  const address = new URL(settings.address, location.origin).href;
  return (
    <Card title={text.webhooks.title} actions={settings.enabled ? <Tag tone="succeeded">{text.webhooks.enabled}</Tag> : <Tag tone="cancelled">{text.webhooks.disabled}</Tag>}>
      <div className="flex flex-col gap-4 text-sm">
        <p className="flex items-center gap-1 rounded-md bg-sunken px-2.5 py-1.5 font-mono text-xs">
          <span className="text-ink-3">POST</span> <span className="min-w-0 flex-1 break-all">{address}</span>
          <CopyButton text={address} label={text.webhooks.copyAddress} />
        </p>
        {!settings.require_signature && (
          <Button small icon={Terminal} className="self-start" onClick={() => void copyText(`curl -X POST ${address} -H 'Content-Type: application/json' -d '{}'`, text.start.commandCopied)}>
            {text.webhooks.copyCall}
          </Button>
        )}
        <div className="flex flex-wrap gap-x-6 gap-y-1">
          <Checkbox label={text.webhooks.enabled} checked={settings.enabled} disabled={save.isPending || !mayWrite} onChange={(event) => save.mutate({ enabled: event.target.checked, require_signature: settings.require_signature })} />
          <Checkbox label={text.webhooks.signed} checked={settings.require_signature} disabled={save.isPending || !mayWrite} onChange={(event) => save.mutate({ enabled: settings.enabled, require_signature: event.target.checked })} />
        </div>
        {secret && (
          <div role="status" className="rounded-lg bg-warn-soft px-3 py-2">
            <p className="font-medium">{text.webhooks.secret.shown}</p>
            <p className="flex items-center gap-1 font-mono text-xs break-all">
              {secret}
              <CopyButton text={secret} label={text.webhooks.secret.copy} />
            </p>
          </div>
        )}
        <div>
          {settings.secrets.map((each) => (
            <p key={each.id} className="flex flex-wrap items-center gap-x-3 text-xs text-ink-2">
              {text.webhooks.secret.since(<code>{each.hint}</code>, <Time at={each.created_at} />)}
              {each.expires_at && <span>{text.webhooks.secret.until(<Time at={each.expires_at} />)}</span>}
            </p>
          ))}
          <Button small icon={KeyRound} needs="triggers.write" tenant={version.tenant_id} className="mt-2" onClick={() => setRotating(true)}>
            {settings.secrets.length > 0 ? text.webhooks.secret.change : text.webhooks.secret.make}
          </Button>
        </div>
      </div>
      <Confirm open={rotating} onOpenChange={setRotating} title={text.webhooks.secret.ask} action={text.webhooks.secret.action} busy={rotate.isPending} onConfirm={() => rotate.mutate()}>
        {settings.secrets.length === 0 ? (
          <p className="text-sm text-ink-2">{text.webhooks.secret.meaning}</p>
        ) : (
          <OverlapField label={text.webhooks.secret.old} hint={text.webhooks.secret.oldHint} value={overlap} onChange={setOverlap} />
        )}
      </Confirm>
    </Card>
  );
}
