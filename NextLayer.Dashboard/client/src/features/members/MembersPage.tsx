import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { KeyRound, Trash2, User, UserPlus, Users } from "lucide-react";
import { useState } from "react";
import { ROLES, type Role } from "@/shared/access/access";
import { useAccess } from "@/shared/access/me";
import { RoleField } from "@/shared/access/RoleField";
import { patch, post, remove } from "@/shared/api/http";
import { useOneTenant } from "@/shared/api/oneTenant";
import { text } from "@/shared/text";
import { Time } from "@/shared/time/Time";
import { Button, IconButton } from "@/shared/ui/Button";
import { Field, Select, TextInput } from "@/shared/ui/Form";
import { FormError } from "@/shared/ui/FormError";
import { Confirm, Dialog } from "@/shared/ui/Overlay";
import { Page, TABLE, TableFrame, TD, TH } from "@/shared/ui/Page";
import { Pager } from "@/shared/ui/Pager";
import { Empty, Failure, SkeletonRows } from "@/shared/ui/States";
import { toast } from "@/shared/ui/toasts";
import { MEMBERS_A_PAGE, membersQuery, type Member } from "./memberQueries";

const route = getRouteApi("/members");

export function MembersPage() {
  const search = route.useSearch();
  const { tenantId, picker, error } = useOneTenant(search);
  const [page, setPage] = useState(1);
  const query = useQuery(membersQuery(tenantId, page));
  const [adding, setAdding] = useState(false);
  const [leaving, setLeaving] = useState<Member | null>(null);
  const client = useQueryClient();
  const { me } = useAccess();
  const onSettled = () => client.invalidateQueries({ queryKey: ["members"] });
  const change = useMutation({
    mutationFn: ({ member, role }: { member: Member; role: Role }) => patch(`/api/v1/members/${member.id}`, { role }, { tenantId: tenantId! }),
    onSuccess: (_, { member, role }) => toast(text.members.roleChanged(wordOf(member), role)),
    onSettled,
  });
  const leave = useMutation({ mutationFn: (member: Member) => remove(`/api/v1/members/${member.id}`, { tenantId: tenantId! }), onSuccess: () => setLeaving(null), onError: () => setLeaving(null), onSettled });
  const add = (
    <Button kind="primary" icon={UserPlus} needs="members.manage" tenant={tenantId} disabled={tenantId === null} onClick={() => setAdding(true)}>
      {text.members.add}
    </Button>
  );
  const members = query.data?.members ?? [];
  return (
    <Page title={text.pages.members} note={text.members.note} actions={<>{picker}{add}</>}>
      {query.isError || error ? (
        <Failure error={query.error ?? error} what={text.things.members} retry={() => void query.refetch()} />
      ) : query.isPending ? (
        <SkeletonRows />
      ) : members.length === 0 ? (
        <div className="rounded-xl border border-line bg-surface">
          <Empty icon={Users} title={text.members.empty.title} action={add}>
            {text.members.empty.meaning}
          </Empty>
        </div>
      ) : (
        <>
          <TableFrame label={text.pages.members}>
            <table className={TABLE}>
              <thead>
                <tr>
                  <th className={TH}>{text.members.who}</th>
                  <th className={TH}>{text.members.role}</th>
                  <th className={`${TH} max-md:hidden`}>{text.members.knownAs}</th>
                  <th className={`${TH} max-lg:hidden`}>{text.members.addedBy}</th>
                  <th className={`${TH} max-sm:hidden`}>{text.members.added}</th>
                  <th className={TH}>
                    <span className="sr-only">{text.common.actions}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {members.map((member) => (
                  <tr key={member.id} className="hover:bg-hover">
                    <td className={TD}>
                      <span className="flex items-center gap-2.5">
                        {member.kind === "api_key" ? <KeyRound className="size-4 shrink-0 text-ink-3" aria-label={text.members.kinds.api_key} /> : <User className="size-4 shrink-0 text-ink-3" aria-label={text.members.kinds.user} />}
                        <span className="min-w-0">
                          <span className="block max-w-64 truncate font-medium">
                            {wordOf(member)}
                            {me?.subject === member.subject && <span className="font-normal text-ink-3"> {text.members.you}</span>}
                          </span>
                          {member.email && member.email !== wordOf(member) && <span className="block max-w-64 truncate text-xs text-ink-3">{member.email}</span>}
                        </span>
                      </span>
                    </td>
                    <td className={TD}>
                      {member.tenant_id === null || member.kind === "api_key" ? (
                        <span title={member.tenant_id === null ? text.members.everywhere : text.members.keyRole}>{member.role}</span>
                      ) : (
                        <RolePicker member={member} busy={change.isPending} onChange={(role) => change.mutate({ member, role })} />
                      )}
                    </td>
                    <td className={`${TD} max-w-56 truncate font-mono text-xs text-ink-2 max-md:hidden`} title={member.subject}>
                      {member.subject}
                    </td>
                    <td className={`${TD} max-w-48 truncate text-ink-2 max-lg:hidden`}>{member.created_by}</td>
                    <td className={`${TD} max-sm:hidden`}>
                      <Time at={member.created_at} />
                    </td>
                    <td className={`${TD} text-right`}>{member.tenant_id !== null && member.kind !== "api_key" && <IconButton small label={text.common.removeNamed(wordOf(member))} icon={Trash2} needs="members.manage" tenant={tenantId} onClick={() => setLeaving(member)} />}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </TableFrame>
          <Pager page={page} size={MEMBERS_A_PAGE} total={query.data.total} onPage={setPage} />
        </>
      )}
      {adding && tenantId && <AddDialog tenantId={tenantId} onClose={() => setAdding(false)} />}
      <Confirm open={leaving !== null} onOpenChange={() => setLeaving(null)} title={text.members.removeAsk(leaving ? wordOf(leaving) : "")} action={text.members.removeAction} danger busy={leave.isPending} onConfirm={() => leaving && leave.mutate(leaving)}>
        <p className="text-sm text-ink-2">{text.members.removeMeaning}</p>
      </Confirm>
    </Page>
  );
}

function RolePicker({ member, busy, onChange }: { member: Member; busy: boolean; onChange: (role: Role) => void }) {
  return (
    <Select aria-label={text.members.roleOf(wordOf(member))} className="w-32" value={member.role} disabled={busy} onChange={(event) => onChange(event.target.value as Role)}>
      {ROLES.map((role) => (
        <option key={role} title={text.access.roles[role]}>
          {role}
        </option>
      ))}
    </Select>
  );
}

function AddDialog({ tenantId, onClose }: { tenantId: string; onClose: () => void }) {
  const client = useQueryClient();
  const [subject, setSubject] = useState("");
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const add = useMutation({
    mutationFn: () => post<Member>("/api/v1/members", { subject: subject.trim(), ...(name.trim() ? { name: name.trim() } : {}), ...(email.trim() ? { email: email.trim() } : {}), role }, { tenantId }),
    meta: { quiet: true },
    onSuccess: (member) => {
      void client.invalidateQueries({ queryKey: ["members"] });
      toast(text.members.roleChanged(wordOf(member), role));
      onClose();
    },
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={text.members.add}
      footer={
        <>
          <Button onClick={onClose}>{text.common.back}</Button>
          <Button kind="primary" type="submit" form="member" busy={add.isPending} disabled={!subject.trim()}>
            {text.common.add}
          </Button>
        </>
      }
    >
      <form
        id="member"
        className="flex flex-col gap-3.5"
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate();
        }}
      >
        <Field label={text.members.knownAs} required hint={text.members.knownAsHint}>
          {(ids) => <TextInput {...ids} className="font-mono text-xs" maxLength={255} value={subject} onChange={(event) => setSubject(event.target.value)} />}
        </Field>
        <div className="grid gap-3.5 sm:grid-cols-2">
          <Field label={text.common.name}>{(ids) => <TextInput {...ids} maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />}</Field>
          <Field label={text.members.email}>{(ids) => <TextInput {...ids} type="email" maxLength={320} value={email} onChange={(event) => setEmail(event.target.value)} />}</Field>
        </div>
        <RoleField value={role} onChange={setRole} />
        <FormError error={add.error} />
      </form>
    </Dialog>
  );
}

function wordOf(member: Member): string {
  return member.name || member.email || member.subject;
}
