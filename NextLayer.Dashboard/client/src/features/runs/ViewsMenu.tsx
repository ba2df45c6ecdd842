import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Bookmark, Trash2 } from "lucide-react";
import { useState } from "react";
import { useAccess, useOnlyMembership } from "@/shared/access/me";
import { get, put, remove, sentenceOf } from "@/shared/api/http";
import { tenantQuery } from "@/shared/api/queries";
import { setPrefs, usePrefs } from "@/shared/prefs/prefs";
import { text } from "@/shared/text";
import { Button } from "@/shared/ui/Button";
import { Select, TextInput } from "@/shared/ui/Form";
import { Popover } from "@/shared/ui/Overlay";

interface View {
  name: string;
  search: string;
}

const USUAL: readonly View[] = [
  { name: text.runs.views.usual.failed, search: "?status=FAILED&window=24h" },
  { name: text.runs.views.usual.running, search: "?status=RUNNING&window=all" },
  { name: text.runs.views.usual.waiting, search: "?status=PAUSED&window=all" },
];

/** Filters under a name: one's own, kept in this browser, and those of the tenant, for all who see its runs. */
export function ViewsMenu({ current, onOpen }: { current: string; onOpen: (search: string) => void }) {
  const { savedViews, tenantId: chosen } = usePrefs();
  const tenantId = useOnlyMembership()?.tenant_id ?? chosen;
  return (
    <Popover label={text.runs.views.label} className="w-80" trigger={<Button icon={Bookmark}>{text.runs.views.title}</Button>}>
      <div className="-m-1 flex max-h-[70vh] flex-col gap-3 overflow-y-auto p-1">
        <Views views={USUAL} onOpen={onOpen} />
        {savedViews.length > 0 && <Views title={text.runs.views.mine} views={savedViews} onOpen={onOpen} onForget={(view) => setPrefs({ savedViews: savedViews.filter((each) => each.name !== view.name) })} />}
        {tenantId ? <TenantViews tenantId={tenantId} current={current} onOpen={onOpen} /> : <SaveView current={current} shared={null} />}
      </div>
    </Popover>
  );
}

function TenantViews({ tenantId, current, onOpen }: { tenantId: string; current: string; onOpen: (search: string) => void }) {
  const client = useQueryClient();
  const { can } = useAccess();
  const name = useQuery(tenantQuery(tenantId)).data?.name ?? text.things.tenant;
  const query = useQuery({ queryKey: ["run-views", tenantId], queryFn: ({ signal }) => get<View[]>("/api/v1/run-views", { tenantId, signal }) });
  const change = useMutation({
    mutationFn: ({ view, keep }: { view: View; keep: boolean }) => {
      const path = `/api/v1/run-views/${encodeURIComponent(view.name)}`;
      return keep ? put<unknown>(path, { search: view.search }, { tenantId }) : remove(path, { tenantId });
    },
    meta: { quiet: true },
    onSettled: () => client.invalidateQueries({ queryKey: ["run-views", tenantId] }),
  });
  const mayChange = can("runs.control", tenantId);
  const error = query.error ?? change.error;
  return (
    <>
      {query.data && query.data.length > 0 && <Views title={text.runs.views.of(name)} views={query.data} onOpen={onOpen} {...(mayChange ? { onForget: (view: View) => change.mutate({ view, keep: false }) } : {})} />}
      {error && <p role="alert" className="text-xs text-[var(--s-failed)]">{sentenceOf(error)}</p>}
      <SaveView current={current} shared={mayChange ? { name, save: (view) => change.mutate({ view, keep: true }) } : null} />
    </>
  );
}

function Views({ title, views, onOpen, onForget }: { title?: string; views: readonly View[]; onOpen: (search: string) => void; onForget?: (view: View) => void }) {
  return (
    <section aria-label={title ?? text.runs.views.usualTitle}>
      {title && <h3 className="px-2 pb-0.5 text-xs font-medium text-ink-3">{title}</h3>}
      <ul className="flex flex-col gap-0.5">
        {views.map((view) => (
          <li key={view.name} className="flex items-center rounded-md hover:bg-hover">
            <button type="button" className="min-w-0 flex-1 truncate px-2 py-1.5 text-left text-sm" onClick={() => onOpen(view.search)}>
              {view.name}
            </button>
            {onForget && (
              <button type="button" aria-label={text.runs.views.forget(view.name)} className="p-2 text-ink-3 hover:text-ink" onClick={() => onForget(view)}>
                <Trash2 className="size-3.5" aria-hidden />
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** @param shared The tenant that may have the view too; null where the caller may not save for it. */
function SaveView({ current, shared }: { current: string; shared: { name: string; save: (view: View) => void } | null }) {
  const { savedViews } = usePrefs();
  const [name, setName] = useState("");
  const [forAll, setForAll] = useState(false);
  const save = () => {
    const title = name.trim();
    if (!title) return;
    const view = { name: title, search: current || "?" };
    if (forAll && shared) shared.save(view);
    else setPrefs({ savedViews: [...savedViews.filter((each) => each.name !== title), view] });
    setName("");
  };
  return (
    <form
      className="flex flex-col gap-2 border-t border-line pt-3"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <div className="flex gap-2">
        <TextInput aria-label={text.runs.views.name} placeholder={text.runs.views.placeholder} value={name} maxLength={60} onChange={(event) => setName(event.target.value)} />
        <Button type="submit" disabled={!name.trim()}>
          {text.common.save}
        </Button>
      </div>
      {shared && (
        <Select aria-label={text.runs.views.forWhom} value={forAll ? "all" : "me"} onChange={(event) => setForAll(event.target.value === "all")}>
          <option value="me">{text.runs.views.forMe}</option>
          <option value="all">{text.runs.views.forAll(shared.name)}</option>
        </Select>
      )}
    </form>
  );
}
