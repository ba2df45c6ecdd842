import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { KeyRound, Trash2, User, UserPlus, Users } from "lucide-react";
import { useState } from "react";
import { ROLES, type Role } from "@/shared/access/access";
import { useAccess } from "@/shared/access/me";
import { RoleField } from "@/shared/access/RoleField";
import { patch, post, remove } from "@/shared/api/http";
import { useOneTenant } from "@/shared/api/oneTenant";
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
    onSuccess: (_, { member, role }) => toast(`${wordOf(member)} is ${role} now.`),
    onSettled,
  });
  const leave = useMutation({ mutationFn: (member: Member) => remove(`/api/v1/members/${member.id}`, { tenantId: tenantId! }), onSuccess: () => setLeaving(null), onError: () => setLeaving(null), onSettled });
  const add = (
    <Button kind="primary" icon={UserPlus} needs="members.manage" tenant={tenantId} disabled={tenantId === null} onClick={() => setAdding(true)}>
      Add a member
    </Button>
  );
  const members = query.data?.members ?? [];
  return (
    <Page title="Members" note="People and keys with a role in this tenant." actions={<>{picker}{add}</>}>
      {query.isError || error ? (
        <Failure error={query.error ?? error} what="the members" retry={() => void query.refetch()} />
      ) : query.isPending ? (
        <SkeletonRows />
      ) : members.length === 0 ? (
        <div className="rounded-xl border border-line bg-surface">
          <Empty icon={Users} title="Nobody is a member yet" action={add}>
            Members sign in with a token of your identity provider. What they may do is told by their role.
          </Empty>
        </div>
      ) : (
        <>
          <TableFrame label="Members">
            <table className={TABLE}>
              <thead>
                <tr>
                  <th className={TH}>Who</th>
                  <th className={TH}>Role</th>
                  <th className={`${TH} max-md:hidden`}>Known as</th>
                  <th className={`${TH} max-lg:hidden`}>Added by</th>
                  <th className={`${TH} max-sm:hidden`}>Added</th>
                  <th className={TH}>
                    <span className="sr-only">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {members.map((member) => (
                  <tr key={member.id} className="hover:bg-hover">
                    <td className={TD}>
                      <span className="flex items-center gap-2.5">
                        {member.kind === "api_key" ? <KeyRound className="size-4 shrink-0 text-ink-3" aria-label="API key" /> : <User className="size-4 shrink-0 text-ink-3" aria-label="Person" />}
                        <span className="min-w-0">
                          <span className="block max-w-64 truncate font-medium">
                            {wordOf(member)}
                            {me?.subject === member.subject && <span className="font-normal text-ink-3"> (you)</span>}
                          </span>
                          {member.email && member.email !== wordOf(member) && <span className="block max-w-64 truncate text-xs text-ink-3">{member.email}</span>}
                        </span>
                      </span>
                    </td>
                    <td className={TD}>
                      {member.tenant_id === null || member.kind === "api_key" ? (
                        <span title={member.tenant_id === null ? "In the whole installation" : "A key's role is fixed when it is made"}>{member.role}</span>
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
                    <td className={`${TD} text-right`}>{member.tenant_id !== null && member.kind !== "api_key" && <IconButton small label={`Remove ${wordOf(member)}`} icon={Trash2} needs="members.manage" tenant={tenantId} onClick={() => setLeaving(member)} />}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </TableFrame>
          <Pager page={page} size={MEMBERS_A_PAGE} total={query.data.total} onPage={setPage} />
        </>
      )}
      {adding && tenantId && <AddDialog tenantId={tenantId} onClose={() => setAdding(false)} />}
      <Confirm open={leaving !== null} onOpenChange={() => setLeaving(null)} title={`Remove ${leaving ? wordOf(leaving) : ""}?`} action="Remove" danger busy={leave.isPending} onConfirm={() => leaving && leave.mutate(leaving)}>
        <p className="text-sm text-ink-2">They can no longer see or do anything in this tenant, at once. What they made stays.</p>
      </Confirm>
    </Page>
  );
}

function RolePicker({ member, busy, onChange }: { member: Member; busy: boolean; onChange: (role: Role) => void }) {
  return (
    <Select aria-label={`Role of ${wordOf(member)}`} className="w-32" value={member.role} disabled={busy} onChange={(event) => onChange(event.target.value as Role)}>
      {ROLES.map(([role, meaning]) => (
        <option key={role} title={meaning}>
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
      toast(`${wordOf(member)} is ${role} now.`);
      onClose();
    },
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Add a member"
      footer={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button kind="primary" type="submit" form="member" busy={add.isPending} disabled={!subject.trim()}>
            Add
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
        <Field label="Known as" required hint="The subject (sub) of the tokens that your identity provider gives this person.">
          {(ids) => <TextInput {...ids} className="font-mono text-xs" maxLength={255} value={subject} onChange={(event) => setSubject(event.target.value)} />}
        </Field>
        <div className="grid gap-3.5 sm:grid-cols-2">
          <Field label="Name">{(ids) => <TextInput {...ids} maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />}</Field>
          <Field label="Email">{(ids) => <TextInput {...ids} type="email" maxLength={320} value={email} onChange={(event) => setEmail(event.target.value)} />}</Field>
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
