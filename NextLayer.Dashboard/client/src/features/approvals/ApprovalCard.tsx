import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Link2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useAccess } from "@/shared/access/me";
import { post } from "@/shared/api/http";
import { text } from "@/shared/text";
import { Button } from "@/shared/ui/Button";
import { shortId } from "@/shared/ui/Copy";
import { Field, TextInput } from "@/shared/ui/Form";
import { toast } from "@/shared/ui/toasts";
import type { Approval } from "./approvalQueries";
import { QuestionCard } from "./QuestionCard";
import { VoteForm, type Vote } from "./VoteForm";

const WHO = "nextlayer.approver";
const LinksDialog = lazy(() => import("./LinksDialog"));

/** One decision to make, for whoever is signed in or need not be. */
export function ApprovalCard({ approval, linked }: { approval: Approval; linked: boolean }) {
  const client = useQueryClient();
  const { open, me } = useAccess();
  const [by, setBy] = useState(() => localStorage.getItem(WHO) ?? "");
  const [links, setLinks] = useState(false);
  const vote = useMutation({
    mutationFn: (data: Vote) => {
      if (open && by) localStorage.setItem(WHO, by);
      return post(`/api/v1/runs/${approval.run_id}/resume`, { step_id: approval.step_id, data, ...(open && by ? { by } : {}) }, { tenantId: approval.tenant_id });
    },
    meta: { quiet: true },
    onSuccess: (_, { approved }) => toast(approved ? text.approvals.approvedToast : text.approvals.rejectedToast),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ["approvals"] });
      void client.invalidateQueries({ queryKey: ["run", approval.run_id] });
    },
  });
  const run = linked && (
    <>
      {" · "}
      <Link to="/runs/$runId" params={{ runId: approval.run_id }} search={{ step: approval.step_id }} className="text-accent-ink underline underline-offset-2">
        {text.approvals.run(shortId(approval.run_id))}
      </Link>
    </>
  );
  return (
    <QuestionCard question={approval} where={run}>
      {approval.status === "waiting" && (
        <VoteForm
          question={approval}
          vote={vote}
          tenantId={approval.tenant_id}
          beside={
            open && (
              <Field label={text.approvals.name} hint={text.approvals.nameHint}>
                {(ids) => <TextInput {...ids} maxLength={200} value={by} onChange={(event) => setBy(event.target.value)} />}
              </Field>
            )
          }
          more={
            <Button kind="ghost" icon={Link2} needs={me?.kind === "api_key" ? "approvals.invite" : "approvals.decide"} tenant={approval.tenant_id} className="h-10 sm:ml-auto sm:h-8" onClick={() => setLinks(true)}>
              {text.approvals.links.open}
            </Button>
          }
        />
      )}
      {links && (
        <Suspense fallback={null}>
          <LinksDialog approval={approval} onClose={() => setLinks(false)} />
        </Suspense>
      )}
    </QuestionCard>
  );
}
