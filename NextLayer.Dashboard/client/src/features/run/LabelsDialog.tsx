import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { pairsOf, readLabels } from "@/features/runs/labels";
import { put } from "@/shared/api/http";
import type { Run } from "@/shared/api/types";
import { text } from "@/shared/text";
import { CONTROL, Field } from "@/shared/ui/Form";
import { FormError } from "@/shared/ui/FormError";
import { Confirm } from "@/shared/ui/Overlay";
import { cx } from "@/shared/ui/cx";

/** Gives a run other labels. */
export function LabelsDialog({ run, onClose }: { run: Run; onClose: () => void }) {
  const client = useQueryClient();
  const [typed, setTyped] = useState(pairsOf(run.labels).join("\n"));
  const { labels, error } = readLabels(typed);
  const save = useMutation({
    mutationFn: () => put(`/api/v1/runs/${run.id}/labels`, { labels }, { tenantId: run.tenant_id }),
    meta: { quiet: true },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["run", run.id] });
      onClose();
    },
  });
  return (
    <Confirm open onOpenChange={(open) => !open && onClose()} title={text.run.labels.title} action={text.common.save} busy={save.isPending} disabled={error !== null} onConfirm={() => save.mutate()}>
      <div className="flex flex-col gap-3 text-sm">
        <Field label={text.run.labels.label} hint={text.run.labels.hint} error={error ?? undefined}>
          {(ids) => <textarea {...ids} rows={5} spellCheck={false} className={cx(CONTROL, "py-1.5 font-mono text-xs")} value={typed} onChange={(event) => setTyped(event.target.value)} />}
        </Field>
        <FormError error={save.error} />
      </div>
    </Confirm>
  );
}
