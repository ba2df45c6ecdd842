import type { UseMutationResult } from "@tanstack/react-query";
import { Check, X } from "lucide-react";
import { useState, type ReactNode } from "react";
import { ApiError } from "@/shared/api/http";
import type { JsonObject } from "@/shared/api/types";
import { SchemaForm } from "@/shared/form/SchemaForm";
import { defaultsOf } from "@/shared/form/schema";
import { text } from "@/shared/text";
import { Button } from "@/shared/ui/Button";
import { Field, TextArea } from "@/shared/ui/Form";
import { cx } from "@/shared/ui/cx";
import type { Question } from "./approvalQueries";

/** A vote as it is sent: the form's data with `approved` and `comment`. */
export type Vote = JsonObject & { approved: boolean };

interface Props {
  question: Question;
  vote: UseMutationResult<unknown, Error, Vote>;
  /** In which the voter must be allowed to decide; undefined for whoever has a link. */
  tenantId?: string;
  /** A further field, beside the comment. */
  beside?: ReactNode;
  /** Further buttons, after the two. */
  more?: ReactNode;
}

/** The vote: the step's own form, a comment, yes or no. */
export function VoteForm({ question, vote, tenantId, beside, more }: Props) {
  const [comment, setComment] = useState("");
  const [data, setData] = useState<JsonObject>(() => (question.form ? (defaultsOf(question.form) as JsonObject) : {}));
  const fields = vote.error instanceof ApiError ? vote.error.fields : {};
  const send = (approved: boolean) => vote.mutate({ ...data, approved, ...(comment ? { comment } : {}) });
  const button = { ...(tenantId ? { needs: "approvals.decide" as const, tenant: tenantId } : {}), disabled: vote.isPending, className: "h-10 flex-1 sm:h-8 sm:flex-none" };
  return (
    <>
      {question.form && <SchemaForm schema={question.form} value={data} onChange={(value) => setData(value as JsonObject)} errors={fields} />}
      <div className={cx("grid gap-3", Boolean(beside) && "sm:grid-cols-[1fr_14rem]")}>
        <Field label={text.approvals.comment}>{(ids) => <TextArea {...ids} className="min-h-16" maxLength={2000} value={comment} onChange={(event) => setComment(event.target.value)} />}</Field>
        {beside}
      </div>
      {vote.isError && (
        <p role="alert" className="text-sm text-[var(--s-failed)]">
          {vote.error.message}
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        <Button kind="primary" icon={Check} busy={vote.isPending && vote.variables.approved} {...button} onClick={() => send(true)}>
          {text.approvals.approve}
        </Button>
        <Button icon={X} busy={vote.isPending && !vote.variables.approved} {...button} onClick={() => send(false)}>
          {text.approvals.reject}
        </Button>
        {more}
      </div>
    </>
  );
}
