import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { ChevronRight, FilterX, ScrollText } from "lucide-react";
import { useState } from "react";
import { useOneTenant } from "@/shared/api/oneTenant";
import type { Tone } from "@/shared/status/status";
import { Time } from "@/shared/time/Time";
import { Button } from "@/shared/ui/Button";
import { shortId } from "@/shared/ui/Copy";
import { Field, TextInput } from "@/shared/ui/Form";
import { JsonTree } from "@/shared/ui/JsonTree";
import { Facts, Page, TABLE, TableFrame, TD, TH } from "@/shared/ui/Page";
import { Empty, Failure, SkeletonRows } from "@/shared/ui/States";
import { Tag } from "@/shared/ui/Status";
import { cx } from "@/shared/ui/cx";
import { auditQuery, type AuditEntry } from "./auditQueries";
import { AUDIT_FILTERS, type AuditSearch } from "./auditSearch";

const route = getRouteApi("/audit");
const OUTCOMES: Record<AuditEntry["outcome"], [string, Tone]> = { succeeded: ["Done", "succeeded"], refused: ["Refused", "paused"], failed: ["Failed", "failed"], unknown: ["Not known", "cancelled"] };

export function AuditPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { tenantId, picker, error } = useOneTenant(search);
  const query = useInfiniteQuery(auditQuery(tenantId, search));
  const entries = query.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = AUDIT_FILTERS.some((name) => search[name]);
  const change = (part: Partial<AuditSearch>) => void navigate({ search: (old: AuditSearch) => ({ ...old, ...part }), replace: true });
  const clear = () => void navigate({ search: { tenant: search.tenant }, replace: true });
  return (
    <Page title="Audit" note="Who changed what, and from where. Nothing here can be altered." actions={picker}>
      <Filters key={JSON.stringify(search)} search={search} filtered={filtered} onChange={change} onClear={clear} />
      {query.isError || error ? (
        <Failure error={query.error ?? error} what="the audit log" retry={() => void query.refetch()} />
      ) : query.isPending ? (
        <SkeletonRows rows={12} />
      ) : entries.length === 0 ? (
        <div className="rounded-xl border border-line bg-surface">
          {filtered ? (
            <Empty icon={FilterX} title="Nothing fits these filters" action={<Button onClick={clear}>Clear all filters</Button>} />
          ) : (
            <Empty icon={ScrollText} title="Nothing has been changed yet">
              Each change that somebody makes stands here from then on, with who made it.
            </Empty>
          )}
        </div>
      ) : (
        <>
          <TableFrame label="Audit log">
            <table className={TABLE}>
              <thead>
                <tr>
                  <th className={cx(TH, "w-8 pr-0!")}>
                    <span className="sr-only">Details</span>
                  </th>
                  <th className={TH}>When</th>
                  <th className={TH}>Who</th>
                  <th className={TH}>Did</th>
                  <th className={`${TH} max-md:hidden`}>To</th>
                  <th className={`${TH} max-sm:hidden`}>Outcome</th>
                  <th className={`${TH} max-lg:hidden`}>From</th>
                </tr>
              </thead>
              {entries.map((entry) => (
                <Entry key={entry.id} entry={entry} onFilter={change} />
              ))}
            </table>
          </TableFrame>
          {query.hasNextPage && (
            <div className="flex justify-center">
              <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                Earlier ones
              </Button>
            </div>
          )}
        </>
      )}
    </Page>
  );
}

function Entry({ entry, onFilter }: { entry: AuditEntry; onFilter: (part: Partial<AuditSearch>) => void }) {
  const [open, setOpen] = useState(false);
  const [word, tone] = OUTCOMES[entry.outcome];
  const who = entry.actor.name ?? entry.actor.subject;
  return (
    <tbody className="group">
      <tr className="hover:bg-hover">
        <td className={cx(TD, "w-8 pr-0!")}>
          <button type="button" aria-expanded={open} aria-label={`Details of ${wordsOf(entry.action)} by ${who}`} onClick={() => setOpen(!open)} className="inline-flex size-6 items-center justify-center rounded text-ink-3 hover:text-ink">
            <ChevronRight className={cx("size-4 transition-transform", open && "rotate-90")} aria-hidden />
          </button>
        </td>
        <td className={TD}>
          <Time at={entry.at} />
        </td>
        <td className={TD}>
          <button type="button" title={`Only what ${who} did`} onClick={() => onFilter({ actor: entry.actor.subject })} className="block max-w-16 truncate rounded text-left font-medium sm:max-w-40 hover:text-accent-ink hover:underline">
            {who}
          </button>
        </td>
        <td className={TD}>
          <button type="button" title={`Only ${entry.action}`} onClick={() => onFilter({ action: entry.action })} className="rounded text-left hover:text-accent-ink hover:underline">
            {wordsOf(entry.action)}
          </button>
        </td>
        <td className={`${TD} text-ink-2 max-md:hidden`}>
          {wordsOf(entry.object_type)}
          {entry.object_id && (
            <button type="button" title={`Only ${entry.object_id}`} onClick={() => onFilter({ object_type: entry.object_type, object_id: entry.object_id! })} className="ml-1.5 rounded font-mono text-xs hover:text-accent-ink hover:underline">
              {shortId(entry.object_id)}
            </button>
          )}
        </td>
        <td className={`${TD} max-sm:hidden`}>
          <Tag tone={tone}>{word}</Tag>
        </td>
        <td className={`${TD} font-mono text-xs text-ink-2 max-lg:hidden`}>{entry.address ?? "–"}</td>
      </tr>
      {open && (
        <tr>
          <td colSpan={7} className="border-b border-line bg-sunken/50 px-4 py-3">
            <div className="grid gap-4 md:grid-cols-2">
              <Facts
                items={[
                  ["Subject", <span key="s" className="font-mono text-xs break-all">{entry.actor.subject}</span>],
                  ["Kind", entry.actor.kind === "api_key" ? "API key" : entry.actor.kind === "user" ? "Person" : "Nobody was asked"],
                  ["Object", <span key="o" className="font-mono text-xs break-all">{entry.object_type} {entry.object_id}</span>],
                  ["Outcome", word],
                  ["From", entry.address ?? "–"],
                  ["Entry", <span key="e" className="font-mono text-xs break-all">{entry.id}</span>],
                ]}
              />
              {entry.detail && Object.keys(entry.detail).length > 0 && <JsonTree value={entry.detail} label="Detail" />}
            </div>
          </td>
        </tr>
      )}
    </tbody>
  );
}

/** "PublishWorkflow" and "pipeline_version" as words. */
export function wordsOf(name: string): string {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").replaceAll(/[_.]/g, " ").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function Filters({ search, filtered, onChange, onClear }: { search: AuditSearch; filtered: boolean; onChange: (part: Partial<AuditSearch>) => void; onClear: () => void }) {
  const field = (name: (typeof AUDIT_FILTERS)[number], label: string, type = "text", placeholder = "") => (
    <Field label={label}>
      {(ids) => (
        <TextInput
          {...ids}
          type={type}
          placeholder={placeholder}
          defaultValue={search[name] ?? ""}
          onBlur={(event) => (event.target.value.trim() || undefined) !== search[name] && onChange({ [name]: event.target.value.trim() || undefined })}
          onKeyDown={(event) => event.key === "Enter" && onChange({ [name]: event.currentTarget.value.trim() || undefined })}
        />
      )}
    </Field>
  );
  return (
    <div role="search" aria-label="Filters" className="grid grid-cols-2 items-end gap-2.5 sm:grid-cols-3 xl:grid-cols-[repeat(6,minmax(0,1fr))_auto]">
      {field("actor", "Who", "text", "subject or key")}
      {field("action", "Did", "text", "PublishWorkflow")}
      {field("object_type", "To a", "text", "workflow")}
      {field("object_id", "With the id")}
      {field("from", "From", "date")}
      {field("to", "Up to and with", "date")}
      <Button kind="ghost" className={filtered ? "" : "max-xl:hidden"} disabled={!filtered} onClick={onClear}>
        Clear
      </Button>
    </div>
  );
}
