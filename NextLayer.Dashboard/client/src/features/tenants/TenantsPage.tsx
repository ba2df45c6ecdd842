import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Building2, MapPin, Plus, Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import { ApiError, patch, post, remove } from "@/shared/api/http";
import { facilitiesQuery, tenantQuery, tenantsQuery } from "@/shared/api/queries";
import type { BillingStatus, Facility, JsonObject, Tenant } from "@/shared/api/types";
import { SchemaForm } from "@/shared/form/SchemaForm";
import { object } from "@/shared/graph/definition";
import { setPrefs, usePrefs } from "@/shared/prefs/prefs";
import type { Tone } from "@/shared/status/status";
import { text } from "@/shared/text";
import { Time } from "@/shared/time/Time";
import { Button, IconButton } from "@/shared/ui/Button";
import { SearchInput } from "@/shared/ui/Form";
import { Confirm, Dialog, Drawer } from "@/shared/ui/Overlay";
import { Page, TABLE, TableFrame, TD, TH } from "@/shared/ui/Page";
import { Empty, Failure, Skeleton, SkeletonRows } from "@/shared/ui/States";
import { Tag } from "@/shared/ui/Status";
import { toast } from "@/shared/ui/toasts";

const route = getRouteApi("/tenants");
const BILLING: Record<BillingStatus, [string, Tone]> = { trialing: [text.tenants.billing.trialing, "running"], active: [text.tenants.billing.active, "succeeded"], past_due: [text.tenants.billing.past_due, "paused"], canceled: [text.tenants.billing.canceled, "cancelled"], incomplete: [text.tenants.billing.incomplete, "paused"], paused: [text.tenants.billing.paused, "cancelled"] };
const ZONES = Intl.supportedValuesOf("timeZone");

const TENANT_SCHEMA: JsonObject = {
  type: "object",
  required: ["name"],
  properties: {
    name: { type: "string", title: text.common.name },
    slug: { type: "string", title: text.tenants.fields.slug, description: text.tenants.fields.slugHint },
    billing_status: { type: "string", title: text.tenants.fields.billing, enum: Object.keys(BILLING) },
    daily_run_limit: { type: "integer", title: text.tenants.fields.limit, description: text.tenants.fields.limitHint },
    timezone: { type: "string", title: text.tenants.fields.zone, "x-ui": { widget: "zone" } },
  },
};
const FACILITY_SCHEMA: JsonObject = {
  type: "object",
  required: ["name"],
  properties: { name: { type: "string", title: text.common.name }, facility_type: { type: "string", title: text.tenants.fields.kind, "x-ui": { placeholder: "STORE" } }, timezone: { type: "string", title: text.tenants.fields.zone, "x-ui": { widget: "zone" } } },
};
const ZONE_OPTIONS = { zone: ["UTC", ...ZONES.filter((zone) => zone !== "UTC")].map((zone) => ({ value: zone, label: zone })) };

export function TenantsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [q, setQ] = useState(search.q ?? "");
  const [creating, setCreating] = useState(false);
  const query = useQuery(tenantsQuery(search.q ?? ""));
  useEffect(() => {
    if (q === (search.q ?? "")) return;
    const timer = setTimeout(() => void navigate({ search: (old) => ({ ...old, q: q || undefined }), replace: true }), 250);
    return () => clearTimeout(timer);
  }, [q, search.q, navigate]);
  const open = (id: string | undefined) => void navigate({ search: (old) => ({ ...old, open: id }) });
  return (
    <Page title={text.pages.tenants} note={text.tenants.note} actions={<Button kind="primary" icon={Plus} needs="tenants.manage" onClick={() => setCreating(true)}>{text.tenants.create}</Button>}>
      <SearchInput value={q} onChange={setQ} label={text.tenantPicker.find} className="w-full sm:w-72" />
      {query.isPending ? (
        <SkeletonRows />
      ) : !query.data ? (
        <Failure error={query.error} what={text.things.tenants} retry={() => void query.refetch()} />
      ) : query.data.items.length === 0 ? (
        <Empty icon={Building2} title={text.tenants.noMatch} action={<Button onClick={() => setQ("")}>{text.common.showAll}</Button>} />
      ) : (
        <TableFrame label={text.pages.tenants}>
          <table className={TABLE}>
            <thead>
              <tr>
                <th className={TH}>{text.common.name}</th>
                <th className={TH}>{text.tenants.fields.billing}</th>
                <th className={`${TH} max-md:hidden`}>{text.tenants.inAddresses}</th>
                <th className={`${TH} max-md:hidden`}>{text.tenants.fields.zone}</th>
                <th className={`${TH} max-sm:hidden`}>{text.common.made}</th>
              </tr>
            </thead>
            <tbody>
              {query.data.items.map((tenant) => (
                <tr key={tenant.id} className="hover:bg-hover">
                  <td className={TD}>
                    <button type="button" className="rounded text-left font-medium hover:text-accent-ink hover:underline" onClick={() => open(tenant.id)}>
                      {tenant.name}
                    </button>
                  </td>
                  <td className={TD}>
                    <Tag tone={BILLING[tenant.billing_status][1]}>{BILLING[tenant.billing_status][0]}</Tag>
                  </td>
                  <td className={`${TD} font-mono text-xs text-ink-2 max-md:hidden`}>{tenant.slug}</td>
                  <td className={`${TD} text-ink-2 max-md:hidden`}>{tenant.timezone}</td>
                  <td className={`${TD} max-sm:hidden`}>
                    <Time at={tenant.created_at} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableFrame>
      )}
      {creating && <EditDialog title={text.tenants.create} schema={TENANT_SCHEMA} first={{}} save={(value) => post<Tenant>("/api/tenants", value)} keys={["tenants"]} onClose={() => setCreating(false)} />}
      {search.open && <TenantDrawer id={search.open} onClose={() => open(undefined)} />}
    </Page>
  );
}

function TenantDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const tenant = useQuery(tenantQuery(id));
  const facilities = useQuery(facilitiesQuery(id));
  const { tenantId } = usePrefs();
  const [editing, setEditing] = useState(false);
  const [facility, setFacility] = useState<Facility | "new" | null>(null);
  const [deleting, setDeleting] = useState<Facility | null>(null);
  const client = useQueryClient();
  const destroy = useMutation({
    mutationFn: (each: Facility) => remove(`/api/facilities/${each.id}`),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["facilities"] }),
    onSettled: () => setDeleting(null),
  });
  return (
    <Drawer open onOpenChange={onClose} title={tenant.data?.name ?? text.common.tenant}>
      {tenant.isPending ? (
        <div className="p-4"><Skeleton className="h-24" /></div>
      ) : !tenant.data ? (
        <Failure error={tenant.error} what={text.things.thisTenant} />
      ) : (
        <div className="flex flex-col gap-5 p-4">
          <dl className="grid grid-cols-[8rem_1fr] gap-y-1.5 text-sm">
            <dt className="text-ink-3">{text.tenants.fields.billing}</dt><dd>{BILLING[tenant.data.billing_status][0]}</dd>
            <dt className="text-ink-3">{text.tenants.inAddresses}</dt><dd className="font-mono text-xs">{tenant.data.slug}</dd>
            <dt className="text-ink-3">{text.tenants.fields.zone}</dt><dd>{tenant.data.timezone}</dd>
            <dt className="text-ink-3">{text.tenants.runsADay}</dt><dd>{tenant.data.daily_run_limit ?? text.tenants.noLimit}</dd>
            <dt className="text-ink-3">{text.tenants.id}</dt><dd className="font-mono text-xs break-all">{tenant.data.id}</dd>
          </dl>
          <div className="flex flex-wrap gap-2">
            <Button needs="tenant.write" tenant={id} onClick={() => setEditing(true)}>{text.tenants.change}</Button>
            <Button disabled={tenantId === id} onClick={() => { setPrefs({ tenantId: id }); toast(text.tenants.shown(tenant.data.name)); }}>{text.tenants.showOnly}</Button>
          </div>
          <section>
            <div className="mb-1 flex items-center justify-between">
              <h3 className="text-sm font-semibold">{text.tenants.facilities}</h3>
              <Button small icon={Plus} needs="tenant.write" tenant={id} onClick={() => setFacility("new")}>{text.common.add}</Button>
            </div>
            {facilities.isPending ? (
              <Skeleton className="h-16" />
            ) : !facilities.data ? (
              <Failure error={facilities.error} what={text.things.facilities} />
            ) : facilities.data.items.length === 0 ? (
              <p className="text-sm text-ink-2">{text.tenants.noFacility}</p>
            ) : (
              <ul>
                {facilities.data.items.map((each) => (
                  <li key={each.id} className="flex items-center gap-2 border-b border-line py-2 text-sm last:border-0">
                    <MapPin className="size-4 shrink-0 text-ink-3" aria-hidden />
                    <button type="button" className="min-w-0 flex-1 rounded text-left hover:text-accent-ink" onClick={() => setFacility(each)}>
                      <span className="font-medium">{each.name}</span> <span className="text-xs text-ink-3">{each.facility_type}, {each.timezone}</span>
                    </button>
                    <IconButton small needs="tenant.write" tenant={id} label={text.common.deleteNamed(each.name)} icon={Trash2} onClick={() => setDeleting(each)} />
                  </li>
                ))}
              </ul>
            )}
          </section>
        </div>
      )}
      {editing && tenant.data && <EditDialog title={text.tenants.changeNamed(tenant.data.name)} schema={TENANT_SCHEMA} first={{ name: tenant.data.name, slug: tenant.data.slug, billing_status: tenant.data.billing_status, timezone: tenant.data.timezone, ...(tenant.data.daily_run_limit !== null ? { daily_run_limit: tenant.data.daily_run_limit } : {}) }} save={(value) => patch(`/api/tenants/${id}`, { daily_run_limit: null, ...value })} keys={["tenants", "tenant"]} onClose={() => setEditing(false)} />}
      {facility && <EditDialog title={facility === "new" ? text.tenants.newFacility : text.tenants.changeNamed(facility.name)} schema={FACILITY_SCHEMA} first={facility === "new" ? {} : { name: facility.name, facility_type: facility.facility_type, timezone: facility.timezone }} save={(value) => (facility === "new" ? post("/api/facilities", { tenant_id: id, ...value }) : patch(`/api/facilities/${facility.id}`, value))} keys={["facilities"]} onClose={() => setFacility(null)} />}
      <Confirm open={deleting !== null} onOpenChange={() => setDeleting(null)} title={text.common.deleteAsk(deleting?.name ?? "")} action={text.common.delete} danger busy={destroy.isPending} onConfirm={() => deleting && destroy.mutate(deleting)} />
    </Drawer>
  );
}

interface EditProps {
  title: string;
  schema: JsonObject;
  first: JsonObject;
  save: (value: JsonObject) => Promise<unknown>;
  keys: readonly string[];
  onClose: () => void;
}

function EditDialog({ title, schema, first, save, keys, onClose }: EditProps) {
  const client = useQueryClient();
  const [value, setValue] = useState<JsonObject>(first);
  const change = useMutation({
    mutationFn: () => save(value),
    meta: { quiet: true },
    onSuccess: () => {
      for (const key of keys) void client.invalidateQueries({ queryKey: [key] });
      toast(text.common.saved);
      onClose();
    },
  });
  const error = change.error instanceof ApiError ? change.error : null;
  return (
    <Dialog open onOpenChange={onClose} title={title} footer={<><Button onClick={onClose}>{text.common.back}</Button><Button kind="primary" type="submit" form="edit" busy={change.isPending}>{text.common.save}</Button></>}>
      <form id="edit" onSubmit={(event) => { event.preventDefault(); change.mutate(); }}>
        <SchemaForm schema={schema} value={value} options={ZONE_OPTIONS} errors={error?.fields ?? {}} onChange={(next) => setValue(object(next) ?? {})} />
        {change.isError && <p role="alert" className="mt-3 text-sm text-[var(--s-failed)]">{change.error.message}</p>}
      </form>
    </Dialog>
  );
}
