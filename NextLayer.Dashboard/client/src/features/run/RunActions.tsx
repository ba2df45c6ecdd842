import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Ban, Ellipsis, Link2, RotateCcw, Tag, Terminal } from "lucide-react";
import { useState } from "react";
import { useAccess } from "@/shared/access/me";
import { post } from "@/shared/api/http";
import type { Run } from "@/shared/api/types";
import { canCancel, canRetry, isFinished } from "@/shared/status/status";
import { Button, IconButton } from "@/shared/ui/Button";
import { copyText } from "@/shared/ui/Copy";
import { Field, TextInput } from "@/shared/ui/Form";
import { Confirm, Menu, MenuItem } from "@/shared/ui/Overlay";
import { LabelsDialog } from "./LabelsDialog";

/** What can be done with the run as it stands. */
export function RunActions({ run, isTest }: { run: Run; isTest: boolean }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { open } = useAccess();
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const [labelling, setLabelling] = useState(false);
  const done = ({ run: changed }: { run: Run }) => {
    client.setQueryData(["run", run.id], changed);
    setAsking(false);
  };
  const cancel = useMutation({ mutationFn: () => post<{ run: Run }>(`/api/runs/${run.id}/cancel`, reason ? { reason } : {}), onSuccess: done });
  const retry = useMutation({ mutationFn: () => post<{ run: Run }>(`/api/runs/${run.id}/retry`), onSuccess: done });
  return (
    <>
      {canRetry(run) && (
        <Button kind="primary" icon={RotateCcw} needs="runs.control" tenant={run.tenant_id} busy={retry.isPending} onClick={() => retry.mutate()} title="Finished steps keep their results">
          Retry from the failure
        </Button>
      )}
      {!isFinished(run.status) && (
        <Button icon={Ban} needs="runs.control" tenant={run.tenant_id} disabled={!canCancel(run)} onClick={() => setAsking(true)}>
          {run.cancel_requested ? "Cancelling" : "Cancel"}
        </Button>
      )}
      {!isTest && <Button needs="runs.start" tenant={run.tenant_id} onClick={() => void navigate({ to: "/start", search: { version: run.pipeline_version_id, from: run.id } })}>Run again…</Button>}
      <Menu trigger={<IconButton label="More" icon={Ellipsis} kind="secondary" />}>
        {run.parent_run_id === null && (
          <MenuItem needs="runs.control" onSelect={() => setLabelling(true)}>
            <Tag className="size-4 text-ink-3" aria-hidden /> Labels…
          </MenuItem>
        )}
        <MenuItem onSelect={() => void copyText(location.href, "Link copied")}>
          <Link2 className="size-4 text-ink-3" aria-hidden /> Copy the link
        </MenuItem>
        <MenuItem onSelect={() => void copyText(`curl ${open ? "" : '-H "X-API-Key: $NEXTLAYER_KEY" '}${location.origin}/api/runs/${run.id}`, "Command copied")}>
          <Terminal className="size-4 text-ink-3" aria-hidden /> Copy as cURL
        </MenuItem>
      </Menu>
      {labelling && <LabelsDialog run={run} onClose={() => setLabelling(false)} />}
      <Confirm open={asking} onOpenChange={setAsking} title="Cancel this run?" action="Cancel the run" danger busy={cancel.isPending} onConfirm={() => cancel.mutate()}>
        <div className="flex flex-col gap-3 text-sm">
          <p className="text-ink-2">{run.status === "RUNNING" ? "Its worker stops at the next chance. What its steps have done outside stays done." : "It will not be run."}</p>
          <Field label="Reason" hint="Stands in the run's history.">
            {(ids) => <TextInput {...ids} value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />}
          </Field>
        </div>
      </Confirm>
    </>
  );
}
