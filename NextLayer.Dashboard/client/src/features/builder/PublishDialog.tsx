import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Rocket } from "lucide-react";
import { useState } from "react";
import { compare } from "@/features/pipelines/compare";
import { DifferenceGraph } from "@/features/pipelines/DifferenceGraph";
import { DifferenceView } from "@/features/pipelines/DifferenceView";
import { patch, post, sentenceOf } from "@/shared/api/http";
import { underWayQuery, versionsQuery } from "@/shared/api/queries";
import type { DefinitionFlaw, PipelineVersion } from "@/shared/api/types";
import { text } from "@/shared/text";
import { Button } from "@/shared/ui/Button";
import { Field, TextInput } from "@/shared/ui/Form";
import { Dialog } from "@/shared/ui/Overlay";
import { toast } from "@/shared/ui/toasts";
import { toDefinition, type Draft } from "./model";

/** Shows what changes against the current version, and publishes. */
export function PublishDialog({ version, flaws, draft, onClose }: { version: PipelineVersion; flaws: readonly DefinitionFlaw[]; draft: Draft; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const approved = useQuery(versionsQuery({ pipelineId: version.pipeline_id, status: "APPROVED" })).data?.items.toSorted((a, b) => b.version_number - a.version_number)[0];
  const underWay = useQuery(underWayQuery(version.pipeline_id)).data;
  const [label, setLabel] = useState(version.version);
  const [note, setNote] = useState("");
  const publish = useMutation({
    mutationFn: async () => {
      if (label !== version.version) await patch(`/api/pipeline-versions/${version.id}`, { version: label });
      return post(`/api/pipeline-versions/${version.id}/status`, { status: "APPROVED", ...(note.trim() ? { note: note.trim() } : {}) });
    },
    meta: { quiet: true },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["versions"] });
      void client.invalidateQueries({ queryKey: ["version", version.id] });
      toast(text.builder.publish.done(label));
      void navigate({ to: "/pipelines/$pipelineId", params: { pipelineId: version.pipeline_id }, search: { version: version.id } });
    },
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={text.builder.publish.ask(version.version)}
      description={text.builder.publish.description}
      wide
      footer={
        <>
          <Button onClick={onClose}>{text.common.back}</Button>
          <Button kind="primary" icon={Rocket} busy={publish.isPending} disabled={flaws.length > 0 || !label.trim()} onClick={() => publish.mutate()}>
            {text.builder.publish.action}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {flaws.length > 0 && <p className="rounded-lg bg-danger-soft px-3 py-2 text-sm">{text.builder.publish.flawed(flaws.length)}</p>}
        <Field label={text.builder.publish.name}>{(ids) => <TextInput {...ids} value={label} maxLength={100} onChange={(event) => setLabel(event.target.value)} />}</Field>
        <Field label={text.pipelines.reviewNote} hint={text.pipelines.reviewNoteHint}>
          {(ids) => <TextInput {...ids} value={note} maxLength={1000} onChange={(event) => setNote(event.target.value)} />}
        </Field>
        <section>
          <h3 className="mb-1.5 text-xs font-medium text-ink-2">{approved ? text.builder.publish.against(approved.version) : text.builder.publish.whatItDoes}</h3>
          <DifferenceView difference={compare(approved?.dag_spec ?? null, toDefinition(draft))} />
          {approved && draft.nodes.length > 0 && (
            <div className="mt-3">
              <DifferenceGraph before={approved.dag_spec} after={toDefinition(draft)} />
            </div>
          )}
        </section>
        <p className="text-sm text-ink-2">{underWay === undefined || underWay === "0" ? text.builder.publish.runsGoOn : underWay === "1" ? text.builder.publish.oneRunGoesOn : text.builder.publish.manyRunsGoOn(underWay)} {text.builder.publish.triggersTake}</p>
        {publish.isError && <p role="alert" className="text-sm text-[var(--s-failed)]">{sentenceOf(publish.error)}</p>}
      </div>
    </Dialog>
  );
}
