import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Check, Hourglass, ThumbsDown, ThumbsUp, X } from "lucide-react";
import { useState } from "react";
import { useAccess } from "@/shared/access/me";
import { ApiError, post } from "@/shared/api/http";
import type { JsonObject } from "@/shared/api/types";
import { SchemaForm } from "@/shared/form/SchemaForm";
import { defaultsOf } from "@/shared/form/schema";
import { text } from "@/shared/text";
import { duration } from "@/shared/time/format";
import { exact, Time } from "@/shared/time/Time";
import { useNow } from "@/shared/time/useNow";
import { Button } from "@/shared/ui/Button";
import { shortId } from "@/shared/ui/Copy";
import { Field, TextArea, TextInput } from "@/shared/ui/Form";
import { JsonTree } from "@/shared/ui/JsonTree";
import { Tag } from "@/shared/ui/Status";
import { toast } from "@/shared/ui/toasts";
import { cx } from "@/shared/ui/cx";
import type { Approval } from "./approvalQueries";

const WHO = "nextlayer.approver";

/** One decision to make: what it is about, who has voted, and the vote itself. */
export function ApprovalCard({ approval, linked }: { approval: Approval; linked: boolean }) {
  const client = useQueryClient();
  const { open } = useAccess();
  const [comment, setComment] = useState("");
  const [by, setBy] = useState(() => localStorage.getItem(WHO) ?? "");
  const [data, setData] = useState<JsonObject>(() => (approval.form ? (defaultsOf(approval.form) as JsonObject) : {}));
  const decide = useMutation({
    mutationFn: (approved: boolean) => {
      if (open && by) localStorage.setItem(WHO, by);
      return post(
        `/api/v1/runs/${approval.run_id}/resume`,
        { step_id: approval.step_id, data: { ...data, approved, ...(comment ? { comment } : {}) }, ...(open && by ? { by } : {}) },
        { tenantId: approval.tenant_id },
      );
    },
    meta: { quiet: true },
    onSuccess: (_, approved) => toast(approved ? text.approvals.approvedToast : text.approvals.rejectedToast),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ["approvals"] });
      void client.invalidateQueries({ queryKey: ["run", approval.run_id] });
    },
  });
  const votes = approval.decisions.filter((each) => each.approved).length;
  const error = decide.error instanceof ApiError ? decide.error : null;
  return (
    <article aria-label={approval.title ?? approval.step_id} className="rounded-xl border border-line bg-surface">
      <div className="flex flex-wrap items-start gap-x-3 gap-y-1.5 border-b border-line px-4 py-3">
        <div className="min-w-0 flex-1 basis-56">
          <h3 className="font-semibold break-words">{approval.title ?? text.approvals.ask(approval.step_id)}</h3>
          <p className="text-xs text-ink-3">
            {approval.workflow_name}
            {linked && (
              <>
                {" · "}
                <Link to="/runs/$runId" params={{ runId: approval.run_id }} search={{ step: approval.step_id }} className="text-accent-ink underline underline-offset-2">
                  {text.approvals.run(shortId(approval.run_id))}
                </Link>
              </>
            )}
            {text.approvals.asked(<Time at={approval.requested_at} />)}
          </p>
        </div>
        {approval.status === "waiting" ? <Deadline approval={approval} /> : <Outcome status={approval.status} />}
      </div>
      <div className="flex flex-col gap-4 px-4 py-3">
        {approval.instructions && <p className="text-sm whitespace-pre-wrap text-pretty">{approval.instructions}</p>}
        {approval.show !== null && approval.show !== undefined && <JsonTree value={approval.show} label={text.approvals.show} />}
        <Quorum approval={approval} votes={votes} />
        {approval.status === "waiting" && (
          <>
            {approval.form && <SchemaForm schema={approval.form} value={data} onChange={(value) => setData(value as JsonObject)} errors={error?.fields ?? {}} />}
            <div className={cx("grid gap-3", open && "sm:grid-cols-[1fr_14rem]")}>
              <Field label={text.approvals.comment}>{(ids) => <TextArea {...ids} className="min-h-16" maxLength={2000} value={comment} onChange={(event) => setComment(event.target.value)} />}</Field>
              {open && (
                <Field label={text.approvals.name} hint={text.approvals.nameHint}>
                  {(ids) => <TextInput {...ids} maxLength={200} value={by} onChange={(event) => setBy(event.target.value)} />}
                </Field>
              )}
            </div>
            {decide.isError && (
              <p role="alert" className="text-sm text-[var(--s-failed)]">
                {decide.error.message}
              </p>
            )}
            <div className="flex gap-2">
              <Button kind="primary" icon={Check} needs="approvals.decide" tenant={approval.tenant_id} className="h-10 flex-1 sm:h-8 sm:flex-none" busy={decide.isPending && decide.variables === true} disabled={decide.isPending} onClick={() => decide.mutate(true)}>
                {text.approvals.approve}
              </Button>
              <Button icon={X} needs="approvals.decide" tenant={approval.tenant_id} className="h-10 flex-1 sm:h-8 sm:flex-none" busy={decide.isPending && decide.variables === false} disabled={decide.isPending} onClick={() => decide.mutate(false)}>
                {text.approvals.reject}
              </Button>
            </div>
          </>
        )}
      </div>
    </article>
  );
}

function Quorum({ approval, votes }: { approval: Approval; votes: number }) {
  const people = [...(approval.approvers?.users ?? []), ...(approval.approvers?.groups ?? []), ...(approval.approvers?.roles ?? [])];
  if (approval.required <= 1 && people.length === 0 && approval.decisions.length === 0) return null;
  return (
    <div className="flex flex-col gap-1.5 text-sm text-ink-2">
      <p>
        {text.approvals.votes(votes, approval.required)}
        {people.length > 0 && text.approvals.by(people.join(", "))}
        {approval.escalated && text.approvals.escalated(approval.escalate_to.join(", "))}
      </p>
      {approval.decisions.map((each) => (
        <p key={`${each.by}${each.at}`} className="flex flex-wrap items-center gap-1.5">
          {each.approved ? <ThumbsUp className="size-3.5 text-[var(--s-succeeded)]" aria-label={text.approvals.approved} /> : <ThumbsDown className="size-3.5 text-[var(--s-failed)]" aria-label={text.approvals.rejected} />}
          <span className="font-medium text-ink">{each.by}</span>
          <Time at={each.at} className="text-ink-3" />
          {each.comment && <span className="basis-full pl-5">{each.comment}</span>}
        </p>
      ))}
    </div>
  );
}

function Deadline({ approval }: { approval: Approval }) {
  const now = useNow();
  if (!approval.deadline_at) return <Tag tone="paused">{text.approvals.waiting}</Tag>;
  const at = Date.parse(approval.deadline_at);
  return (
    <span title={exact(at)} className="inline-flex items-center gap-1.5 text-xs font-medium text-warn">
      <Hourglass className="size-3.5" aria-hidden />
      {at > now ? text.approvals.left(duration(at - now)) : text.approvals.overdue}
    </span>
  );
}

function Outcome({ status }: { status: Exclude<Approval["status"], "waiting"> }) {
  return status === "approved" ? <Tag tone="succeeded">{text.approvals.approved}</Tag> : status === "rejected" ? <Tag tone="failed">{text.approvals.rejected}</Tag> : <Tag tone="cancelled">{text.approvals.superseded}</Tag>;
}
