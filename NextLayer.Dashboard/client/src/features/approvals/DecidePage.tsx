import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { CircleCheck, CircleX, Link2Off, Lock, Unlink, type LucideIcon } from "lucide-react";
import { useEffect, type ReactNode } from "react";
import { post } from "@/shared/api/http";
import { text } from "@/shared/text";
import { Time } from "@/shared/time/Time";
import { Empty, Failure, SkeletonRows } from "@/shared/ui/States";
import { invitationQuery, isOver, type Invitation } from "./approvalQueries";
import { QuestionCard } from "./QuestionCard";
import { VoteForm, type Vote } from "./VoteForm";

/** One question to one person, who came by a link and need not be known otherwise. Made for a phone first. */
export function DecidePage() {
  const token = useRouterState({ select: (state) => state.location.hash });
  useEffect(() => {
    document.title = text.common.documentTitle(text.decide.title);
  }, []);
  return (
    <main id="main" className="mx-auto flex min-h-dvh w-full max-w-2xl flex-col gap-4 px-3 py-5 sm:px-6 sm:py-10">
      <div className="flex items-center gap-2.5">
        <img src="/favicon.svg" alt="" className="size-7" />
        <h1 className="text-lg font-semibold tracking-tight">{text.decide.title}</h1>
      </div>
      {token ? (
        <ByLink key={token} token={token} />
      ) : (
        <Note icon={Link2Off} title={text.decide.incomplete.title}>
          {text.decide.incomplete.meaning}
        </Note>
      )}
    </main>
  );
}

function ByLink({ token }: { token: string }) {
  const query = useQuery(invitationQuery(token));
  if (query.isPending) return <SkeletonRows rows={4} />;
  if (isOver(query.error))
    return (
      <Note icon={Unlink} title={query.error.isNotFound ? text.decide.unknown : text.decide.ended}>
        {query.error.detail}
      </Note>
    );
  // What was shown stays while nobody answers.
  if (!query.data) return <Failure error={query.error} what={text.things.question} retry={() => void query.refetch()} />;
  return <Asked token={token} invitation={query.data} />;
}

function Asked({ token, invitation }: { token: string; invitation: Invitation }) {
  const client = useQueryClient();
  const { approval, decision } = invitation;
  const vote = useMutation({
    mutationFn: (data: Vote) => post<Invitation>("/api/v1/approval-links/decide", { token, data }),
    meta: { quiet: true },
    onSuccess: async (settled) => {
      await client.cancelQueries({ queryKey: ["invitation", token] }); // An answer from before must not bring the form back.
      client.setQueryData(invitationQuery(token).queryKey, settled);
    },
    // Somebody else may have settled it, or the link have ended.
    onError: () => client.invalidateQueries({ queryKey: ["invitation"] }),
  });
  return (
    <>
      <p className="text-sm text-pretty text-ink-2">
        {text.decide.you(invitation.approver, invitation.tenant_name)} {invitation.invited_by && text.decide.invitedBy(invitation.invited_by)}
      </p>
      <QuestionCard question={approval}>
        {/* There before its words are, so that they are read out. */}
        <div role="status">
          {decision ? (
            <Said icon={decision.approved ? CircleCheck : CircleX}>{decision.approved ? text.decide.approved : text.decide.rejected}</Said>
          ) : (
            approval.status !== "waiting" && <Said icon={CircleCheck}>{text.decide.settled}</Said>
          )}
        </div>
        {!decision &&
          approval.status === "waiting" &&
          (invitation.refusal ? (
            <Note icon={Lock} title={text.decide.refused}>
              {invitation.refusal}
            </Note>
          ) : (
            <VoteForm question={approval} vote={vote} />
          ))}
      </QuestionCard>
      {!decision && approval.status === "waiting" && <p className="text-xs text-ink-3">{text.decide.until(<Time at={invitation.expires_at} />)}</p>}
    </>
  );
}

function Said({ icon: Icon, children }: { icon: LucideIcon; children: ReactNode }) {
  return (
    <p className="flex items-center gap-2 rounded-lg bg-sunken px-3 py-2.5 text-sm font-medium">
      <Icon className="size-4 shrink-0" aria-hidden />
      {children}
    </p>
  );
}

function Note({ icon, title, children }: { icon: LucideIcon; title: string; children: ReactNode }) {
  return (
    <div className="rounded-xl border border-line bg-surface">
      <Empty icon={icon} title={title}>
        {children}
      </Empty>
    </div>
  );
}
