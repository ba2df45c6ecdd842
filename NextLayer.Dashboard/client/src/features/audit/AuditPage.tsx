import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { FilterX, ScrollText } from "lucide-react";
import { useOneTenant } from "@/shared/api/oneTenant";
import { text } from "@/shared/text";
import { Button } from "@/shared/ui/Button";
import { Field, TextInput } from "@/shared/ui/Form";
import { Page } from "@/shared/ui/Page";
import { Empty, Failure, SkeletonRows } from "@/shared/ui/States";
import { auditQuery } from "./auditQueries";
import { AUDIT_FILTERS, type AuditSearch } from "./auditSearch";
import { AuditTable } from "./AuditTable";

const route = getRouteApi("/audit");

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
    <Page title={text.pages.audit} note={text.audit.note} actions={picker}>
      <Filters key={JSON.stringify(search)} search={search} filtered={filtered} onChange={change} onClear={clear} />
      {query.isError || error ? (
        <Failure error={query.error ?? error} what={text.things.auditLog} retry={() => void query.refetch()} />
      ) : query.isPending ? (
        <SkeletonRows rows={12} />
      ) : entries.length === 0 ? (
        <div className="rounded-xl border border-line bg-surface">
          {filtered ? (
            <Empty icon={FilterX} title={text.common.noFilterMatch} action={<Button onClick={clear}>{text.common.clearFilters}</Button>} />
          ) : (
            <Empty icon={ScrollText} title={text.audit.empty.title}>
              {text.audit.empty.meaning}
            </Empty>
          )}
        </div>
      ) : (
        <>
          <AuditTable entries={entries} onFilter={change} />
          {query.hasNextPage && (
            <div className="flex justify-center">
              <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {text.common.earlier}
              </Button>
            </div>
          )}
        </>
      )}
    </Page>
  );
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
    <div role="search" aria-label={text.common.filters} className="grid grid-cols-2 items-end gap-2.5 sm:grid-cols-3 xl:grid-cols-[repeat(6,minmax(0,1fr))_auto]">
      {field("actor", text.audit.who, "text", text.audit.whoExample)}
      {field("action", text.audit.did, "text", "PublishWorkflow")}
      {field("object_type", text.audit.toA, "text", "workflow")}
      {field("object_id", text.audit.withId)}
      {field("from", text.audit.from, "date")}
      {field("to", text.audit.upTo, "date")}
      <Button kind="ghost" className={filtered ? "" : "max-xl:hidden"} disabled={!filtered} onClick={onClear}>
        {text.audit.clear}
      </Button>
    </div>
  );
}
