import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plug, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { remove } from "@/shared/api/http";
import { connectorsQuery, tenantQuery } from "@/shared/api/queries";
import type { Connector, ConnectorStatus } from "@/shared/api/types";
import { usePrefs } from "@/shared/prefs/prefs";
import type { Tone } from "@/shared/status/status";
import { text } from "@/shared/text";
import { Time } from "@/shared/time/Time";
import { Button, IconButton } from "@/shared/ui/Button";
import { Confirm } from "@/shared/ui/Overlay";
import { Page, TABLE, TableFrame, TD, TH } from "@/shared/ui/Page";
import { Empty, Failure, SkeletonRows } from "@/shared/ui/States";
import { Tag } from "@/shared/ui/Status";
import { ConnectorDialog } from "./ConnectorDialog";
import { connectorTypesQuery } from "./connectorQueries";
import { TestButton, TestResult } from "./TestButton";

const STATES: Record<ConnectorStatus, [string, Tone]> = { ACTIVE: [text.connectors.states.ACTIVE, "succeeded"], NEEDS_REAUTH: [text.connectors.states.NEEDS_REAUTH, "paused"], DISABLED: [text.connectors.states.DISABLED, "cancelled"] };
export function ConnectorsPage() {
  const { tenantId } = usePrefs();
  const query = useQuery(connectorsQuery(tenantId));
  const [editing, setEditing] = useState<Connector | "new" | null>(null);
  const [deleting, setDeleting] = useState<Connector | null>(null);
  const client = useQueryClient();
  const destroy = useMutation({
    mutationFn: (each: Connector) => remove(`/api/connector-instances/${each.id}`),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["connectors"] }),
    onSettled: () => setDeleting(null),
  });
  const types = useQuery(connectorTypesQuery()).data ?? [];
  const connectors = query.data?.items ?? [];
  const testable = new Set(types.flatMap((each) => (each.testable ? [each.type] : [])));
  const create = (
    <Button kind="primary" icon={Plus} needs="connectors.write" tenant={tenantId} onClick={() => setEditing("new")}>
      {text.connectors.create}
    </Button>
  );
  return (
    <Page title={text.pages.connectors} note={text.connectors.note} actions={create}>
      {query.isPending ? (
        <SkeletonRows />
      ) : !query.data ? (
        <Failure error={query.error} what={text.things.connectors} retry={() => void query.refetch()} />
      ) : connectors.length === 0 ? (
        <div className="rounded-xl border border-line bg-surface">
          <Empty icon={Plug} title={text.connectors.empty.title} action={create}>
            {text.connectors.empty.meaning}
          </Empty>
        </div>
      ) : (
        <TableFrame label={text.pages.connectors}>
          <table className={TABLE}>
            <thead>
              <tr>
                <th className={TH}>{text.connectors.connectsTo}</th>
                <th className={TH}>{text.common.state}</th>
                <th className={`${TH} max-md:hidden`}>{text.connectors.secrets}</th>
                {testable.size > 0 && <th className={`${TH} max-lg:hidden`}>{text.connectors.lastTest}</th>}
                {tenantId === null && <th className={`${TH} max-md:hidden`}>{text.common.tenant}</th>}
                <th className={`${TH} max-sm:hidden`}>{text.common.changed}</th>
                <th className={TH}>
                  <span className="sr-only">{text.common.actions}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {connectors.map((each) => (
                <tr key={each.id} className="hover:bg-hover">
                  <td className={TD}>
                    <button type="button" className="rounded font-medium hover:text-accent-ink hover:underline" onClick={() => setEditing(each)}>
                      {types.find((type) => type.type === each.connector_type)?.label ?? each.connector_type}
                    </button>
                  </td>
                  <td className={TD}>
                    <Tag tone={STATES[each.status][1]}>{STATES[each.status][0]}</Tag>
                  </td>
                  <td className={`${TD} font-mono text-xs text-ink-2 max-md:hidden`}>{[...(each.secrets ?? []).map((secret) => secret.name), ...(each.secrets_ref ? [each.secrets_ref] : [])].join(", ") || "–"}</td>
                  {testable.size > 0 && (
                    <td className={`${TD} max-lg:hidden`}>
                      <TestResult test={each.last_test} />
                    </td>
                  )}
                  {tenantId === null && (
                    <td className={`${TD} text-ink-2 max-md:hidden`}>
                      <TenantName id={each.tenant_id} />
                    </td>
                  )}
                  <td className={`${TD} max-sm:hidden`}>
                    <Time at={each.updated_at} />
                  </td>
                  <td className={`${TD} text-right`}>
                    <span className="inline-flex items-center gap-1">
                      {testable.has(each.connector_type) && <TestButton connector={each} />}
                      <IconButton small label={text.common.deleteNamed(each.connector_type)} icon={Trash2} needs="connectors.write" tenant={each.tenant_id} onClick={() => setDeleting(each)} />
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableFrame>
      )}
      {editing && <ConnectorDialog connector={editing === "new" ? null : editing} onClose={() => setEditing(null)} />}
      <Confirm open={deleting !== null} onOpenChange={() => setDeleting(null)} title={text.connectors.deleteAsk(deleting?.connector_type ?? "")} action={text.common.delete} danger busy={destroy.isPending} onConfirm={() => deleting && destroy.mutate(deleting)}>
        <p className="text-sm text-ink-2">{text.connectors.deleteMeaning}</p>
      </Confirm>
    </Page>
  );
}

function TenantName({ id }: { id: string }) {
  return <>{useQuery(tenantQuery(id)).data?.name ?? "…"}</>;
}
