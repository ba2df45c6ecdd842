import { Hourglass, ThumbsDown, ThumbsUp } from "lucide-react";
import { lazy, Suspense, type ReactNode } from "react";
import { text } from "@/shared/text";
import { duration } from "@/shared/time/format";
import { exact, Time } from "@/shared/time/Time";
import { useNow } from "@/shared/time/useNow";
import { JsonTree } from "@/shared/ui/JsonTree";
import { Tag } from "@/shared/ui/Status";
import type { Decision, Question } from "./approvalQueries";

const Markdown = lazy(() => import("@/shared/ui/Markdown"));

/** A question to people: what it is about, who has voted, how long there is; and below it what one can do. */
export function QuestionCard({ question, where, children }: { question: Question; where?: ReactNode; children?: ReactNode }) {
  return (
    <article aria-label={question.title ?? question.step_id} className="rounded-xl border border-line bg-surface">
      <div className="flex flex-wrap items-start gap-x-3 gap-y-1.5 border-b border-line px-4 py-3">
        <div className="min-w-0 flex-1 basis-56">
          <h3 className="font-semibold break-words">{question.title ?? text.approvals.ask(question.step_id)}</h3>
          <p className="text-xs text-ink-3">
            {question.workflow_name}
            {where}
            {text.approvals.asked(<Time at={question.requested_at} />)}
          </p>
        </div>
        {question.status === "waiting" ? <Deadline at={question.deadline_at} /> : <Outcome status={question.status} />}
      </div>
      <div className="flex flex-col gap-4 px-4 py-3">
        {question.instructions && (
          <Suspense fallback={<p className="text-sm whitespace-pre-wrap text-pretty">{question.instructions}</p>}>
            <Markdown>{question.instructions}</Markdown>
          </Suspense>
        )}
        {question.show !== null && question.show !== undefined && <JsonTree value={question.show} label={text.approvals.show} />}
        <Quorum question={question} />
        {children}
      </div>
    </article>
  );
}

function Quorum({ question }: { question: Question }) {
  const votes = question.decisions.filter((each) => each.approved).length;
  const people = [...(question.approvers?.users ?? []), ...(question.approvers?.groups ?? []), ...(question.approvers?.roles ?? [])];
  if (question.required <= 1 && people.length === 0 && question.decisions.length === 0) return null;
  return (
    <div className="flex flex-col gap-1.5 text-sm text-ink-2">
      <p>
        {text.approvals.votes(votes, question.required)}
        {people.length > 0 && text.approvals.by(people.join(", "))}
        {question.escalated && question.escalate_to.length > 0 && text.approvals.escalated(question.escalate_to.join(", "))}
      </p>
      {question.decisions.map((each) => (
        <Vote key={`${each.by}${each.at}`} decision={each} />
      ))}
    </div>
  );
}

function Vote({ decision }: { decision: Decision }) {
  return (
    <p className="flex flex-wrap items-center gap-1.5">
      {decision.approved ? <ThumbsUp className="size-3.5 text-[var(--s-succeeded)]" aria-label={text.approvals.approved} /> : <ThumbsDown className="size-3.5 text-[var(--s-failed)]" aria-label={text.approvals.rejected} />}
      <span className="font-medium text-ink">{decision.by}</span>
      <Time at={decision.at} className="text-ink-3" />
      {decision.by_link && <span className="text-xs text-ink-3">{decision.invited_by ? text.approvals.invitedBy(decision.invited_by) : text.approvals.byLink}</span>}
      {decision.comment && <span className="basis-full pl-5">{decision.comment}</span>}
    </p>
  );
}

function Deadline({ at: deadline }: { at: string | null }) {
  const now = useNow();
  if (!deadline) return <Tag tone="paused">{text.approvals.waiting}</Tag>;
  const at = Date.parse(deadline);
  return (
    <span title={exact(at)} className="inline-flex items-center gap-1.5 text-xs font-medium text-warn">
      <Hourglass className="size-3.5" aria-hidden />
      {at > now ? text.approvals.left(duration(at - now)) : text.approvals.overdue}
    </span>
  );
}

function Outcome({ status }: { status: Exclude<Question["status"], "waiting"> }) {
  return status === "approved" ? <Tag tone="succeeded">{text.approvals.approved}</Tag> : status === "rejected" ? <Tag tone="failed">{text.approvals.rejected}</Tag> : <Tag tone="cancelled">{text.approvals.superseded}</Tag>;
}
