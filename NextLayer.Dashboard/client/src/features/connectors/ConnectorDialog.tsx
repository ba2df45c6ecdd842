import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError, patch, post, put } from "@/shared/api/http";
import { facilitiesQuery, tenantsQuery } from "@/shared/api/queries";
import type { Connector, ConnectorStatus, JsonObject } from "@/shared/api/types";
import { USUAL_OVERLAP } from "@/shared/form/OverlapField";
import { SchemaForm } from "@/shared/form/SchemaForm";
import { object } from "@/shared/graph/definition";
import { usePrefs } from "@/shared/prefs/prefs";
import { text } from "@/shared/text";
import { Button } from "@/shared/ui/Button";
import { Field, Select, TextInput } from "@/shared/ui/Form";
import { FormError } from "@/shared/ui/FormError";
import { Dialog } from "@/shared/ui/Overlay";
import { toast } from "@/shared/ui/toasts";
import { connectorTypesQuery, type ConnectorType } from "./connectorQueries";
import { SIGNING_SECRET, splitRotation } from "./rotation";
import { SecretFields, type SecretChanges } from "./SecretFields";

export const CONNECTOR_STATES: readonly ConnectorStatus[] = ["ACTIVE", "NEEDS_REAUTH", "DISABLED"];

const REST: JsonObject = {
  type: "object",
  properties: {
    status: { type: "string", title: text.common.state, enum: [...CONNECTOR_STATES], default: "ACTIVE" },
    facility_id: { type: "string", title: text.connectors.facility, "x-ui": { widget: "facility" } },
    secrets_ref: { type: "string", title: text.connectors.secretsElsewhere, description: text.connectors.secretsElsewhereHint, "x-ui": { group: "advanced" } },
  },
};
const ANY_CONFIG: JsonObject = { type: "object", properties: { config: { type: "object", title: text.connectors.settings, description: text.connectors.settingsHint, "x-ui": { widget: "json" } } } };

export function ConnectorDialog({ connector, onClose }: { connector: Connector | null; onClose: () => void }) {
  const { tenantId } = usePrefs();
  const client = useQueryClient();
  const types = useQuery(connectorTypesQuery()).data ?? [];
  const tenants = useQuery(tenantsQuery("", 0, 100)).data?.items ?? [];
  const [tenant, setTenant] = useState(connector?.tenant_id ?? tenantId ?? "");
  const owner = tenant || tenants.at(-1)?.id || "";
  const facilities = useQuery({ ...facilitiesQuery(owner), enabled: owner !== "" }).data?.items ?? [];
  const [kind, setKind] = useState(connector?.connector_type ?? "");
  const [config, setConfig] = useState<JsonObject>(connector?.config ?? {});
  const [rest, setRest] = useState<JsonObject>(connector ? { status: connector.status, ...(connector.secrets_ref ? { secrets_ref: connector.secrets_ref } : {}), ...(connector.facility_id ? { facility_id: connector.facility_id } : {}) } : {});
  const [secrets, setSecrets] = useState<SecretChanges>({});
  const [overlap, setOverlap] = useState(USUAL_OVERLAP);
  const type = types.find((each) => each.type === kind);
  const save = useMutation({
    mutationFn: async () => {
      const { secrets: changed, rotated } = splitRotation(connector?.secrets ?? [], secrets, overlap);
      const body = { connector_type: kind.trim(), config, ...rest, ...(Object.keys(changed).length > 0 ? { secrets: changed } : {}) };
      if (!connector) await post("/api/connector-instances", { tenant_id: owner, ...body });
      else await patch(`/api/connector-instances/${connector.id}`, { secrets_ref: null, facility_id: null, ...body });
      if (connector && rotated) await put(`/api/connector-instances/${connector.id}/secrets/${SIGNING_SECRET}`, { value: rotated, overlap_seconds: overlap });
    },
    meta: { quiet: true },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["connectors"] });
      toast(text.common.saved);
      onClose();
    },
  });
  const errors = save.error instanceof ApiError ? save.error.fields : {};
  const inConfig = Object.fromEntries(Object.entries(errors).map(([path, messages]) => [path.replace(/^config\./, ""), messages]));
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={connector ? text.connectors.title(type?.label ?? connector.connector_type) : text.connectors.create}
      description={type?.description}
      footer={
        <>
          <Button onClick={onClose}>{text.common.back}</Button>
          <Button kind="primary" type="submit" form="connector" needs="connectors.write" tenant={owner} busy={save.isPending} disabled={!owner}>
            {text.common.save}
          </Button>
        </>
      }
    >
      <form
        id="connector"
        className="flex flex-col gap-3.5"
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        {!connector && tenantId === null && tenants.length > 1 && (
          <Field label={text.common.tenant} required>
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
        <Field label={text.connectors.connectsTo} required error={errors.connector_type?.join(" ")}>
          {(ids) => (
            <>
              <TextInput {...ids} list="connector-types" placeholder={types.length > 0 ? text.connectors.typePlaceholder : text.connectors.typeExamples} maxLength={100} value={kind} onChange={(event) => setKind(typeNamed(event.target.value, types))} />
              <datalist id="connector-types">
                {types.map((each) => (
                  <option key={each.type} value={each.type}>
                    {each.label}
                  </option>
                ))}
              </datalist>
            </>
          )}
        </Field>
        {type && object(type.config_schema.properties) && Object.keys(object(type.config_schema.properties)!).length > 0 ? (
          <SchemaForm key={type.type} schema={type.config_schema} value={config} errors={inConfig} onChange={(next) => setConfig(object(next) ?? {})} />
        ) : (
          <SchemaForm key="any" schema={ANY_CONFIG} value={{ config }} errors={errors} onChange={(next) => setConfig(object(object(next)?.config) ?? {})} />
        )}
        {(types.length > 0 || connector?.secrets) && <SecretFields wanted={type?.secrets} known={connector?.secrets ?? []} changes={secrets} onChange={setSecrets} overlap={overlap} onOverlap={setOverlap} />}
        <SchemaForm schema={REST} value={rest} errors={errors} options={{ facility: facilities.map((each) => ({ value: each.id, label: each.name })) }} onChange={(next) => setRest(object(next) ?? {})} />
        <FormError error={save.error} />
      </form>
    </Dialog>
  );
}

/** People write "OpenAI" for the type `openai`. */
function typeNamed(text: string, types: readonly ConnectorType[]): string {
  return types.find((each) => each.label.toLowerCase() === text.trim().toLowerCase())?.type ?? text;
}
