import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Archive, Check, CopyPlus, Pencil, Play, Trash2, Undo2 } from "lucide-react";
import { useState } from "react";
import { post, remove, sentenceOf } from "@/shared/api/http";
import type { PipelineVersion, Validation, VersionStatus } from "@/shared/api/types";
import { text } from "@/shared/text";
import { Button, buttonClass } from "@/shared/ui/Button";
import { Field, TextInput } from "@/shared/ui/Form";
import { Confirm } from "@/shared/ui/Overlay";
import { toast } from "@/shared/ui/toasts";

const route = getRouteApi("/pipelines/$pipelineId");

/** What can be done with a version, by its status. */
export function VersionActions({ version, onDraft, drafting }: { version: PipelineVersion; onDraft: () => void; drafting: boolean }) {
  const client = useQueryClient();
  const navigate = route.useNavigate();
  const [asked, setAsked] = useState<VersionStatus | "delete" | null>(null);
  const [note, setNote] = useState("");
  const validation = useQuery({
    queryKey: ["validation", version.id, version.updated_at],
    queryFn: () => post<Validation>(`/api/pipeline-versions/${version.id}/validate`),
    enabled: version.status === "DRAFT",
  }).data;
  const after = () => {
    setAsked(null);
    setNote("");
    void client.invalidateQueries({ queryKey: ["versions"] });
    void client.invalidateQueries({ queryKey: ["version", version.id] });
  };
  const change = useMutation({
    mutationFn: (status: VersionStatus) => post(`/api/pipeline-versions/${version.id}/status`, { status, ...(note.trim() ? { note: note.trim() } : {}) }),
    onSuccess: (_, status) => {
      toast(text.pipelines.statusSet(version.version, text.status.version[status].toLowerCase()));
      after();
    },
  });
  const destroy = useMutation({
    mutationFn: () => remove(`/api/pipeline-versions/${version.id}`),
    onSuccess: () => {
      after();
      void navigate({ search: {} });
    },
  });
  const flaws = validation?.errors.length ?? 0;
  return (
    <div className="flex flex-wrap gap-2">
      {version.status === "DRAFT" && (
        <>
          <Link to="/pipelines/$pipelineId/versions/$versionId/edit" params={{ pipelineId: version.pipeline_id, versionId: version.id }} className={buttonClass()}>
            <Pencil className="size-3.5" aria-hidden /> {text.pipelines.edit}
          </Link>
          <Button kind="primary" icon={Check} needs="workflows.publish" tenant={version.tenant_id} disabled={flaws > 0} title={flaws > 0 ? text.pipelines.flaws(flaws) : undefined} onClick={() => setAsked("APPROVED")}>
            {text.pipelines.approve}
          </Button>
          <Button kind="ghost" icon={Trash2} needs="workflows.write" tenant={version.tenant_id} onClick={() => setAsked("delete")}>
            {text.common.delete}
          </Button>
        </>
      )}
      {version.status === "APPROVED" && (
        <>
          <Link to="/start" search={{ version: version.id }} className={buttonClass()}>
            <Play className="size-3.5" aria-hidden /> {text.pipelines.run}
          </Link>
          <Button icon={Archive} needs="workflows.publish" tenant={version.tenant_id} onClick={() => setAsked("DEPRECATED")}>
            {text.pipelines.deprecate}
          </Button>
        </>
      )}
      {version.status === "DEPRECATED" && (
        <Button icon={Undo2} needs="workflows.publish" tenant={version.tenant_id} onClick={() => setAsked("APPROVED")}>
          {text.pipelines.approveAgain}
        </Button>
      )}
      <Button icon={CopyPlus} needs="workflows.write" tenant={version.tenant_id} busy={drafting} onClick={onDraft}>
        {text.pipelines.draftFrom}
      </Button>
      <Confirm
        open={asked !== null}
        onOpenChange={(open) => !open && setAsked(null)}
        title={asked === "APPROVED" ? text.pipelines.ask.approve(version.version) : asked === "DEPRECATED" ? text.pipelines.ask.deprecate(version.version) : text.pipelines.ask.delete(version.version)}
        action={asked === "APPROVED" ? text.pipelines.approve : asked === "DEPRECATED" ? text.pipelines.deprecate : text.common.delete}
        danger={asked !== "APPROVED"}
        busy={change.isPending || destroy.isPending}
        onConfirm={() => (asked === "delete" ? destroy.mutate() : asked && change.mutate(asked))}
      >
        <p className="text-sm text-ink-2">
          {asked === "APPROVED"
            ? text.pipelines.meaning.approve
            : asked === "DEPRECATED"
              ? text.pipelines.meaning.deprecate
              : text.pipelines.meaning.delete}
        </p>
        {asked !== "delete" && (
          <div className="mt-3">
            <Field label={text.pipelines.reviewNote} hint={text.pipelines.reviewNoteHint}>
              {(ids) => <TextInput {...ids} value={note} maxLength={1000} onChange={(event) => setNote(event.target.value)} />}
            </Field>
          </div>
        )}
        {(change.isError || destroy.isError) && <p className="mt-2 text-sm text-[var(--s-failed)]">{sentenceOf(change.error ?? destroy.error)}</p>}
      </Confirm>
    </div>
  );
}
