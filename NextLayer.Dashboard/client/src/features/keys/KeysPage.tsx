import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Ban, KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { remove } from "@/shared/api/http";
import { useOneTenant } from "@/shared/api/oneTenant";
import type { Tone } from "@/shared/status/status";
import { text } from "@/shared/text";
import { Time } from "@/shared/time/Time";
import { useNow } from "@/shared/time/useNow";
import { Button, IconButton } from "@/shared/ui/Button";
import { Confirm } from "@/shared/ui/Overlay";
import { Page, TABLE, TableFrame, TD, TH } from "@/shared/ui/Page";
import { Pager } from "@/shared/ui/Pager";
import { Empty, Failure, SkeletonRows } from "@/shared/ui/States";
import { Tag } from "@/shared/ui/Status";
import { toast } from "@/shared/ui/toasts";
import { cx } from "@/shared/ui/cx";
import { KEYS_A_PAGE, keysQuery, stateOfKey, type ApiKey, type KeyState } from "./keyQueries";
import { NewKeyDialog } from "./NewKeyDialog";

const route = getRouteApi("/keys");
const STATES: Record<KeyState, [string, Tone]> = { active: [text.keys.states.active, "succeeded"], expired: [text.keys.states.expired, "paused"], revoked: [text.keys.states.revoked, "cancelled"] };

export function KeysPage() {
  const search = route.useSearch();
  const { tenantId, picker, error } = useOneTenant(search);
  const [page, setPage] = useState(1);
  const query = useQuery(keysQuery(tenantId, page));
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const now = useNow();
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: (key: ApiKey) => remove(`/api/v1/api-keys/${key.id}`, { tenantId: tenantId! }),
    onSuccess: (_, key) => toast(text.keys.revoked(key.name)),
    onSettled: () => {
      setRevoking(null);
      return client.invalidateQueries({ queryKey: ["api-keys"] });
    },
  });
  const make = (
    <Button kind="primary" icon={Plus} needs="keys.manage" tenant={tenantId} disabled={tenantId === null} onClick={() => setMaking(true)}>
      {text.keys.create}
    </Button>
  );
  const keys = query.data?.keys ?? [];
  return (
    <Page title={text.pages.keys} note={text.keys.note} actions={<>{picker}{make}</>}>
      {query.isError || error ? (
        <Failure error={query.error ?? error} what={text.things.keys} retry={() => void query.refetch()} />
      ) : query.isPending ? (
        <SkeletonRows />
      ) : keys.length === 0 ? (
        <div className="rounded-xl border border-line bg-surface">
          <Empty icon={KeyRound} title={text.keys.empty.title} action={make}>
            {text.keys.empty.meaning}
          </Empty>
        </div>
      ) : (
        <>
          <TableFrame label={text.pages.keys}>
            <table className={TABLE}>
              <thead>
                <tr>
                  <th className={TH}>{text.common.name}</th>
                  <th className={TH}>{text.common.state}</th>
                  <th className={`${TH} max-sm:hidden`}>{text.keys.role}</th>
                  <th className={`${TH} max-md:hidden`}>{text.keys.lastUsed}</th>
                  <th className={`${TH} max-md:hidden`}>{text.keys.ends}</th>
                  <th className={`${TH} max-lg:hidden`}>{text.common.made}</th>
                  <th className={TH}>
                    <span className="sr-only">{text.common.actions}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {keys.map((key) => {
                  const [word, tone] = STATES[stateOfKey(key, now)];
                  return (
                    <tr key={key.id} className={cx("hover:bg-hover", key.revoked_at && "text-ink-3")}>
                      <td className={TD}>
                        <span className="block max-w-64 truncate font-medium">{key.name}</span>
                        <span className="block font-mono text-2xs text-ink-3">nlk_{key.key_id}_…</span>
                      </td>
                      <td className={TD}>
                        <Tag tone={tone}>{word}</Tag>
                      </td>
                      <td className={`${TD} max-sm:hidden`} title={key.scopes ? key.scopes.join("\n") : undefined}>
                        {key.role}
                        {key.scopes && <span className="text-xs text-ink-3">, {text.keys.rights(key.scopes.length)}</span>}
                      </td>
                      <td className={`${TD} max-md:hidden`}>
                        {key.last_used_at ? (
                          <>
                            <Time at={key.last_used_at} />
                            {key.last_used_from && <span className="block font-mono text-2xs text-ink-3">{key.last_used_from}</span>}
                          </>
                        ) : (
                          <span className="text-ink-3">{text.common.never}</span>
                        )}
                      </td>
                      <td className={`${TD} max-md:hidden`}>{key.revoked_at ? <Time at={key.revoked_at} /> : key.expires_at ? <Time at={key.expires_at} /> : <span className="text-ink-3">{text.common.never}</span>}</td>
                      <td className={`${TD} max-lg:hidden`}>
                        <Time at={key.created_at} />
                        <span className="block max-w-48 truncate text-2xs text-ink-3">{key.created_by}</span>
                      </td>
                      <td className={`${TD} text-right`}>{!key.revoked_at && <IconButton small label={text.keys.revoke(key.name)} icon={Ban} needs="keys.manage" tenant={tenantId} onClick={() => setRevoking(key)} />}</td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </TableFrame>
          <Pager page={page} size={KEYS_A_PAGE} total={query.data.total} onPage={setPage} />
        </>
      )}
      {making && tenantId && <NewKeyDialog tenantId={tenantId} onClose={() => setMaking(false)} />}
      <Confirm open={revoking !== null} onOpenChange={() => setRevoking(null)} title={text.keys.revokeAsk(revoking?.name ?? "")} action={text.keys.revokeAction} danger busy={revoke.isPending} onConfirm={() => revoking && revoke.mutate(revoking)}>
        <p className="text-sm text-ink-2">
          {text.keys.revokeMeaning}
          {revoking?.last_used_at && (
            <>
              {" "}
              {text.keys.revokeLastUsed(<Time at={revoking.last_used_at} />)}
            </>
          )}
        </p>
      </Confirm>
    </Page>
  );
}
