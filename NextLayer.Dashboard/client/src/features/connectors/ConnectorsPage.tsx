import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plug, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { ApiError, patch, post, remove } from "@/shared/api/http";
import { connectorsQuery, facilitiesQuery, tenantQuery, tenantsQuery } from "@/shared/api/queries";
import type { Connector, ConnectorStatus, JsonObject } from "@/shared/api/types";
import { SchemaForm } from "@/shared/form/SchemaForm";
import { object } from "@/shared/graph/definition";
import { usePrefs } from "@/shared/prefs/prefs";
import type { Tone } from "@/shared/status/status";
import { Time } from "@/shared/time/Time";
import { Button, IconButton } from "@/shared/ui/Button";
import { Field, Select } from "@/shared/ui/Form";
import { Confirm, Dialog } from "@/shared/ui/Overlay";
import { Page, TABLE, TableFrame, TD, TH } from "@/shared/ui/Page";
import { Empty, Failure, SkeletonRows } from "@/shared/ui/States";
import { Tag } from "@/shared/ui/Status";
import { toast } from "@/shared/ui/toasts";

const STATES: Record<ConnectorStatus, [string, Tone]> = { ACTIVE: ["Active", "succeeded"], NEEDS_REAUTH: ["Sign in again", "paused"], DISABLED: ["Disabled", "cancelled"] };
const SCHEMA: JsonObject = {
  type: "object",
  required: ["connector_type"],
  properties: {
    connector_type: { type: "string", title: "Connects to", "x-ui": { placeholder: "shopify, openai, postgres …" } },
    status: { type: "string", title: "State", enum: Object.keys(STATES), default: "ACTIVE" },
    config: { type: "object", title: "Settings", description: "Nothing secret.", "x-ui": { widget: "json" } },
    secrets_ref: { type: "string", title: "Name of the secret", description: "Where the credentials are kept; never the credentials." },
    facility_id: { type: "string", title: "Facility", "x-ui": { widget: "facility" } },
  },
};

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
  const connectors = query.data?.items ?? [];
  const create = (
    <Button kind="primary" icon={Plus} onClick={() => setEditing("new")}>
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
            A connector holds the settings of another system, and the name of the secret with its credentials.
          </Empty>
        </div>
      ) : (
        <TableFrame label="Connectors">
          <table className={TABLE}>
            <thead>
              <tr>
                <th className={TH}>Connects to</th>
                <th className={TH}>State</th>
                <th className={`${TH} max-md:hidden`}>Secret</th>
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
                      {each.connector_type}
                    </button>
                  </td>
                  <td className={TD}>
                    <Tag tone={STATES[each.status][1]}>{STATES[each.status][0]}</Tag>
                  </td>
                  <td className={`${TD} font-mono text-xs text-ink-2 max-md:hidden`}>{each.secrets_ref ?? "–"}</td>
                  {tenantId === null && (
                    <td className={`${TD} text-ink-2 max-md:hidden`}>
                      <TenantName id={each.tenant_id} />
                    </td>
                  )}
                  <td className={`${TD} max-sm:hidden`}>
                    <Time at={each.updated_at} />
                  </td>
                  <td className={`${TD} text-right`}>
                    <IconButton small label={`Delete ${each.connector_type}`} icon={Trash2} onClick={() => setDeleting(each)} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableFrame>
      )}
      {editing && <EditDialog connector={editing === "new" ? null : editing} onClose={() => setEditing(null)} />}
      <Confirm open={deleting !== null} onOpenChange={() => setDeleting(null)} title={`Delete the connector to ${deleting?.connector_type ?? ""}?`} action="Delete" danger busy={destroy.isPending} onConfirm={() => deleting && destroy.mutate(deleting)}>
        <p className="text-sm text-ink-2">Steps that use it fail from then on.</p>
      </Confirm>
    </Page>
  );
}

function TenantName({ id }: { id: string }) {
  return <>{useQuery(tenantQuery(id)).data?.name ?? "…"}</>;
}

function EditDialog({ connector, onClose }: { connector: Connector | null; onClose: () => void }) {
  const { tenantId } = usePrefs();
  const client = useQueryClient();
  const tenants = useQuery(tenantsQuery("", 0, 100)).data?.items ?? [];
  const [tenant, setTenant] = useState(connector?.tenant_id ?? tenantId ?? "");
  const owner = tenant || tenants.at(-1)?.id || "";
  const facilities = useQuery({ ...facilitiesQuery(owner), enabled: owner !== "" }).data?.items ?? [];
  const [value, setValue] = useState<JsonObject>(
    connector ? { connector_type: connector.connector_type, status: connector.status, config: connector.config, ...(connector.secrets_ref ? { secrets_ref: connector.secrets_ref } : {}), ...(connector.facility_id ? { facility_id: connector.facility_id } : {}) } : {},
  );
  const save = useMutation({
    mutationFn: () => (connector ? patch(`/api/connector-instances/${connector.id}`, { secrets_ref: null, facility_id: null, ...value }) : post("/api/connector-instances", { tenant_id: owner, ...value })),
    meta: { quiet: true },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["connectors"] });
      toast("Saved.");
      onClose();
    },
  });
  const error = save.error instanceof ApiError ? save.error : null;
  return (
    <Dialog open onOpenChange={onClose} title={connector ? `Connector to ${connector.connector_type}` : "New connector"} footer={<><Button onClick={onClose}>Back</Button><Button kind="primary" type="submit" form="connector" busy={save.isPending} disabled={!owner}>Save</Button></>}>
      <form
        id="connector"
        className="flex flex-col gap-3.5"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        {!connector && tenantId === null && (
          <Field label="Tenant" required>
            {(ids) => (
              <Select {...ids} value={owner} onChange={(event) => setTenant(event.target.value)}>
                {tenants.map((each) => (
                  <option key={each.id} value={each.id}>
                    {each.name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
        <SchemaForm schema={SCHEMA} value={value} errors={error?.fields ?? {}} options={{ facility: facilities.map((each) => ({ value: each.id, label: each.name })) }} onChange={(next) => setValue(object(next) ?? {})} />
        {save.isError && (
          <p role="alert" className="text-sm text-[var(--s-failed)]">
            {save.error.message}
          </p>
        )}
      </form>
    </Dialog>
  );
}
