import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Ban, Ellipsis, Link2, RotateCcw, Tag, Terminal } from "lucide-react";
import { useState } from "react";
import { useAccess } from "@/shared/access/me";
import { post } from "@/shared/api/http";
import type { Run } from "@/shared/api/types";
import { canCancel, canRetry, isFinished } from "@/shared/status/status";
import { text } from "@/shared/text";
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
        <Button kind="primary" icon={RotateCcw} needs="runs.control" tenant={run.tenant_id} busy={retry.isPending} onClick={() => retry.mutate()} title={text.run.actions.retryHint}>
          {text.run.actions.retry}
        </Button>
      )}
      {!isFinished(run.status) && (
        <Button icon={Ban} needs="runs.control" tenant={run.tenant_id} disabled={!canCancel(run)} onClick={() => setAsking(true)}>
          {run.cancel_requested ? text.status.cancelling : text.run.actions.cancel}
        </Button>
      )}
      {!isTest && <Button needs="runs.start" tenant={run.tenant_id} onClick={() => void navigate({ to: "/start", search: { version: run.pipeline_version_id, from: run.id } })}>{text.run.actions.again}</Button>}
      <Menu trigger={<IconButton label={text.run.actions.more} icon={Ellipsis} kind="secondary" />}>
        {run.parent_run_id === null && (
          <MenuItem needs="runs.control" onSelect={() => setLabelling(true)}>
            <Tag className="size-4 text-ink-3" aria-hidden /> {text.run.actions.labels}
          </MenuItem>
        )}
        <MenuItem onSelect={() => void copyText(location.href, text.run.actions.linkCopied)}>
          <Link2 className="size-4 text-ink-3" aria-hidden /> {text.run.actions.copyLink}
        </MenuItem>
        <MenuItem onSelect={() => void copyText(`curl ${open ? "" : '-H "X-API-Key: $NEXTLAYER_KEY" '}${location.origin}/api/runs/${run.id}`, text.start.commandCopied)}>
          <Terminal className="size-4 text-ink-3" aria-hidden /> {text.run.actions.copyCurl}
        </MenuItem>
      </Menu>
      {labelling && <LabelsDialog run={run} onClose={() => setLabelling(false)} />}
      <Confirm open={asking} onOpenChange={setAsking} title={text.run.actions.cancelAsk} action={text.run.actions.cancelAction} danger busy={cancel.isPending} onConfirm={() => cancel.mutate()}>
        <div className="flex flex-col gap-3 text-sm">
          <p className="text-ink-2">{run.status === "RUNNING" ? text.run.actions.cancelMeaning : text.run.actions.cancelQueued}</p>
          <Field label={text.runs.bulk.reason} hint={text.run.actions.reasonHint}>
            {(ids) => <TextInput {...ids} value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />}
          </Field>
        </div>
      </Confirm>
    </>
  );
}
