import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, Copy, Link2, Mail, Unlink } from "lucide-react";
import { useState } from "react";
import { useAccess } from "@/shared/access/me";
import { post, remove } from "@/shared/api/http";
import { text } from "@/shared/text";
import { Time } from "@/shared/time/Time";
import { Button, buttonClass, IconButton } from "@/shared/ui/Button";
import { copyText } from "@/shared/ui/Copy";
import { Field, Select, TextInput } from "@/shared/ui/Form";
import { FormError } from "@/shared/ui/FormError";
import { Dialog } from "@/shared/ui/Overlay";
import { Failure, Skeleton } from "@/shared/ui/States";
import { toast } from "@/shared/ui/toasts";
import { linksQuery, type Approval, type NewApprovalLink } from "./approvalQueries";

const HOURS = [[24, text.approvals.links.lives.day], [72, text.approvals.links.lives.threeDays], [168, text.approvals.links.lives.week], [720, text.approvals.links.lives.month]] as const;

/** Makes links by which people decide without signing in, and takes them back. */
export default function LinksDialog({ approval, onClose }: { approval: Approval; onClose: () => void }) {
  const client = useQueryClient();
  const access = useAccess();
  const mayInvite = access.can("approvals.invite", approval.tenant_id);
  const [who, setWho] = useState("");
  const [hours, setHours] = useState(72);
  const make = useMutation({
    mutationFn: () =>
      post<NewApprovalLink>(
        `/api/v1/runs/${approval.run_id}/approval-links`,
        { step_id: approval.step_id, expires_in_hours: hours, ...(who.trim() ? { approver: who.trim() } : {}) },
        { tenantId: approval.tenant_id },
      ),
    meta: { quiet: true },
    onSuccess: () => setWho(""),
    onSettled: () => client.invalidateQueries({ queryKey: ["approval-links", approval.run_id] }),
  });
  // A key has no name to decide in, and while nobody is known nobody has.
  const mustName = access.open || access.me?.kind === "api_key";
  return (
    <Dialog open onOpenChange={onClose} title={text.approvals.links.title} description={text.approvals.links.description}>
      <div className="flex flex-col gap-5">
        <form
          className="grid gap-3 sm:grid-cols-[1fr_9rem]"
          onSubmit={(event) => {
            event.preventDefault();
            make.mutate();
          }}
        >
          <Field label={text.approvals.links.who} required={mustName} hint={mayInvite ? text.approvals.links.whoHint : text.approvals.links.whoYou}>
            {(ids) => (
              <TextInput
                {...ids}
                maxLength={200}
                autoComplete="off"
                autoCapitalize="none"
                disabled={!mayInvite}
                placeholder={mustName ? undefined : (access.me?.email ?? text.approvals.links.yourself)}
                value={who}
                onChange={(event) => setWho(event.target.value)}
              />
            )}
          </Field>
          <Field label={text.approvals.links.lasts}>
            {(ids) => (
              <Select {...ids} value={hours} onChange={(event) => setHours(Number(event.target.value))}>
                {HOURS.map(([value, word]) => (
                  <option key={value} value={value}>
                    {word}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <div className="flex flex-col gap-2 sm:col-span-2">
            <FormError error={make.error} />
            <Button kind="primary" type="submit" icon={Link2} busy={make.isPending} disabled={mustName && !who.trim()} className="h-10 self-stretch sm:h-8 sm:self-start">
              {text.approvals.links.make}
            </Button>
          </div>
        </form>
        {make.data && <Shown key={make.data.id} link={make.data} title={approval.title ?? approval.step_id} />}
        <Usable approval={approval} onWithdrawn={(id) => id === make.data?.id && make.reset()} />
      </div>
    </Dialog>
  );
}

function Shown({ link, title }: { link: NewApprovalLink; title: string }) {
  const [copied, setCopied] = useState(false);
  const address = `${location.origin}${link.path}`;
  return (
    <section aria-label={text.approvals.links.made(link.approver)} className="flex flex-col gap-2 rounded-lg border border-line bg-sunken px-3 py-2.5">
      <h3 className="text-sm font-medium">{text.approvals.links.made(link.approver)}</h3>
      <code className="text-xs break-all">{address}</code>
      <div className="flex flex-wrap gap-2">
        <Button
          kind={copied ? "secondary" : "primary"}
          icon={copied ? Check : Copy}
          onClick={() => {
            void copyText(address, text.approvals.links.copied);
            setCopied(true);
          }}
        >
          {text.common.copy}
        </Button>
        {link.approver.includes("@") && (
          <a className={buttonClass()} href={`mailto:${encodeURIComponent(link.approver)}?subject=${encodeURIComponent(text.approvals.links.mailSubject(title))}&body=${encodeURIComponent(address)}`}>
            <Mail className="size-3.5" aria-hidden />
            {text.approvals.links.mail}
          </a>
        )}
      </div>
      <p className="text-xs text-ink-2">{text.approvals.links.once}</p>
    </section>
  );
}

function Usable({ approval, onWithdrawn }: { approval: Approval; onWithdrawn: (id: string) => void }) {
  const client = useQueryClient();
  const { me } = useAccess();
  const links = useQuery(linksQuery(approval));
  const withdraw = useMutation({
    mutationFn: (id: string) => remove(`/api/v1/runs/${approval.run_id}/approval-links/${id}`, { tenantId: approval.tenant_id }),
    onSuccess: (_, id) => {
      toast(text.approvals.links.withdrawn);
      onWithdrawn(id);
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["approval-links", approval.run_id] }),
  });
  return (
    <section aria-label={text.approvals.links.usable} className="flex flex-col gap-1.5">
      <h3 className="text-sm font-medium">{text.approvals.links.usable}</h3>
      {links.isPending ? (
        <Skeleton className="h-8 w-full" />
      ) : links.isError ? (
        <Failure error={links.error} what={text.things.links} retry={() => void links.refetch()} />
      ) : links.data.length === 0 ? (
        <p className="text-sm text-ink-3">{text.approvals.links.none}</p>
      ) : (
        <ul className="divide-y divide-line rounded-lg border border-line">
          {links.data.map((link) => (
            <li key={link.id} className="flex items-center gap-2 px-3 py-1.5 text-sm">
              <span className="min-w-0 flex-1">
                <span className="block truncate font-medium">{link.approver}</span>
                <span className="block truncate text-xs text-ink-3">
                  {text.approvals.links.until(<Time at={link.expires_at} />)}
                  {link.invited_by && ` · ${text.approvals.links.from(link.invited_by)}`}
                </span>
              </span>
              <IconButton
                small
                label={text.approvals.links.withdraw(link.approver)}
                icon={Unlink}
                // One's own everybody may.
                {...(link.invited_by === null && link.approver === me?.email ? {} : { needs: "approvals.invite" as const, tenant: approval.tenant_id })}
                disabled={withdraw.isPending}
                onClick={() => withdraw.mutate(link.id)}
              />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
