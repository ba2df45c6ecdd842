import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { useState } from "react";
import type { Connector, Tenant } from "@/shared/api/types";
import { text } from "@/shared/text";
import { Button } from "@/shared/ui/Button";
import { shortId } from "@/shared/ui/Copy";
import { Field, Select, TextInput } from "@/shared/ui/Form";
import { FormError } from "@/shared/ui/FormError";
import { Dialog } from "@/shared/ui/Overlay";
import { toast } from "@/shared/ui/toasts";
import { startProviderRun, utcDay, type ProviderPipeline } from "./providerQueries";

/** Which day to fetch, and by which connector where there are several. */
export function RunDialog({ tenant, pipeline, connectors, onClose }: { tenant: Tenant; pipeline: ProviderPipeline; connectors: readonly Connector[]; onClose: () => void }) {
  const client = useQueryClient();
  const yesterday = utcDay(Date.now(), 1);
  const [date, setDate] = useState(yesterday);
  const [connector, setConnector] = useState(connectors[0]?.id ?? "");
  const run = useMutation({
    mutationFn: () => startProviderRun(tenant.id, tenant.slug, pipeline, { date, ...(connectors.length > 1 ? { connector } : {}) }),
    meta: { quiet: true },
    onSuccess: ({ message }) => {
      toast(message);
      onClose();
    },
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ["provider-runs"] });
      void client.invalidateQueries({ queryKey: ["usage"] });
    },
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={text.providers.runNamed(pipeline.name)}
      description={pipeline.description}
      footer={
        <>
          <Button onClick={onClose}>{text.common.back}</Button>
          <Button kind="primary" icon={Play} type="submit" form="provider-run" busy={run.isPending} disabled={!date}>
            {text.providers.runAction}
          </Button>
        </>
      }
    >
      <form
        id="provider-run"
        className="flex flex-col gap-3.5"
        onSubmit={(event) => {
          event.preventDefault();
          run.mutate();
        }}
      >
        <Field label={text.providers.day} hint={text.providers.dayHint}>
          {(ids) => <TextInput {...ids} type="date" max={utcDay(Date.now())} value={date} onChange={(event) => setDate(event.target.value)} />}
        </Field>
        {connectors.length > 1 && (
          <Field label={text.providers.connector}>
            {(ids) => (
              <Select {...ids} value={connector} onChange={(event) => setConnector(event.target.value)}>
                {connectors.map((each) => (
                  <option key={each.id} value={each.id}>
                    {each.connector_type} {shortId(each.id)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
        <FormError error={run.error} />
      </form>
    </Dialog>
  );
}
