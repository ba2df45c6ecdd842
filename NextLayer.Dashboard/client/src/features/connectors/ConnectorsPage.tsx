import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plug, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { remove } from "@/shared/api/http";
import { connectorsQuery, tenantQuery } from "@/shared/api/queries";
import type { Connector, ConnectorStatus } from "@/shared/api/types";
import { usePrefs } from "@/shared/prefs/prefs";
import type { Tone } from "@/shared/status/status";
import { Time } from "@/shared/time/Time";
import { Button, IconButton } from "@/shared/ui/Button";
import { Confirm } from "@/shared/ui/Overlay";
import { Page, TABLE, TableFrame, TD, TH } from "@/shared/ui/Page";
import { Empty, Failure, SkeletonRows } from "@/shared/ui/States";
import { Tag } from "@/shared/ui/Status";
import { ConnectorDialog } from "./ConnectorDialog";
import { connectorTypesQuery } from "./connectorQueries";
import { TestButton, TestResult } from "./TestButton";

const STATES: Record<ConnectorStatus, [string, Tone]> = { ACTIVE: ["Active", "succeeded"], NEEDS_REAUTH: ["Sign in again", "paused"], DISABLED: ["Disabled", "cancelled"] };
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
      New connector
    </Button>
  );
  return (
    <Page title="Connectors" note="Other systems that steps can reach." actions={create}>
      {query.isPending ? (
        <SkeletonRows />
      ) : !query.data ? (
        <Failure error={query.error} what="the connectors" retry={() => void query.refetch()} />
      ) : connectors.length === 0 ? (
        <div className="rounded-xl border border-line bg-surface">
          <Empty icon={Plug} title="No connector yet" action={create}>
            A connector holds the settings of another system and the secrets to sign in with. Steps name it instead of holding either.
          </Empty>
        </div>
      ) : (
        <TableFrame label="Connectors">
          <table className={TABLE}>
            <thead>
              <tr>
                <th className={TH}>Connects to</th>
                <th className={TH}>State</th>
                <th className={`${TH} max-md:hidden`}>Secrets</th>
                {testable.size > 0 && <th className={`${TH} max-lg:hidden`}>Last test</th>}
                {tenantId === null && <th className={`${TH} max-md:hidden`}>Tenant</th>}
                <th className={`${TH} max-sm:hidden`}>Changed</th>
                <th className={TH}>
                  <span className="sr-only">Actions</span>
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
                      <IconButton small label={`Delete ${each.connector_type}`} icon={Trash2} needs="connectors.write" tenant={each.tenant_id} onClick={() => setDeleting(each)} />
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableFrame>
      )}
      {editing && <ConnectorDialog connector={editing === "new" ? null : editing} onClose={() => setEditing(null)} />}
      <Confirm open={deleting !== null} onOpenChange={() => setDeleting(null)} title={`Delete the connector to ${deleting?.connector_type ?? ""}?`} action="Delete" danger busy={destroy.isPending} onConfirm={() => deleting && destroy.mutate(deleting)}>
        <p className="text-sm text-ink-2">Steps that use it fail from then on.</p>
      </Confirm>
    </Page>
  );
}

function TenantName({ id }: { id: string }) {
  return <>{useQuery(tenantQuery(id)).data?.name ?? "…"}</>;
}
