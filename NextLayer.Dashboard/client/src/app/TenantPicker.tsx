import { useQuery } from "@tanstack/react-query";
import { Building2, Check, ChevronDown } from "lucide-react";
import { Popover as Radix } from "radix-ui";
import { useEffect, useState } from "react";
import { useOnlyMembership } from "@/shared/access/me";
import { ApiError } from "@/shared/api/http";
import { tenantQuery, tenantsQuery } from "@/shared/api/queries";
import { setPrefs, usePrefs } from "@/shared/prefs/prefs";
import { text } from "@/shared/text";
import { buttonClass } from "@/shared/ui/Button";
import { SearchInput } from "@/shared/ui/Form";
import { cx } from "@/shared/ui/cx";

/** Whose runs and pipelines the pages show. */
export function TenantPicker() {
  const { tenantId } = usePrefs();
  const only = useOnlyMembership();
  const [open, setOpen] = useState(false);
  const [q, setQ] = useState("");
  const chosen = useQuery({ ...tenantQuery(tenantId ?? ""), enabled: tenantId !== null });
  // One that was deleted, or that whoever signed in here before could see.
  const gone = chosen.error instanceof ApiError && chosen.error.isNotFound;
  useEffect(() => {
    if (gone) setPrefs({ tenantId: null });
  }, [gone]);
  const { data } = useQuery({ ...tenantsQuery(q, 0, 50), enabled: open });
  const choose = (id: string | null) => {
    setPrefs({ tenantId: id });
    setOpen(false);
    setQ("");
  };
  if (only)
    return (
      <span className="flex min-w-0 items-center gap-2 px-2 text-sm font-medium">
        <Building2 className="size-4 shrink-0 text-ink-3" aria-hidden />
        <span className="truncate">{only.tenant_name}</span>
      </span>
    );
  const name = tenantId === null ? text.tenantPicker.all : (chosen.data?.name ?? (chosen.isError ? text.tenantPicker.unknown : "…"));
  return (
    <Radix.Root open={open} onOpenChange={setOpen}>
      <Radix.Trigger className={cx(buttonClass("ghost"), "max-w-32 min-w-0 shrink! px-2! xs:max-w-44 sm:max-w-64")} aria-label={text.tenantPicker.name(name)}>
        <Building2 className="size-4 shrink-0 text-ink-3 max-xs:hidden" aria-hidden />
        <span className="truncate text-ink">{name}</span>
        <ChevronDown className="size-3.5 shrink-0 text-ink-3" aria-hidden />
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content aria-label={text.tenantPicker.choose} align="start" sideOffset={6} collisionPadding={8} className="z-50 w-72 rounded-lg border border-line bg-raised p-2 shadow-pop animate-pop focus:outline-none">
          <SearchInput value={q} onChange={setQ} label={text.tenantPicker.find} className="w-full" />
          <ul className="mt-2 max-h-72 overflow-y-auto">
            {!q && <Choice name={text.tenantPicker.all} taken={tenantId === null} onChoose={() => choose(null)} />}
            {data?.items.map((tenant) => (
              <Choice key={tenant.id} name={tenant.name} note={tenant.slug} taken={tenant.id === tenantId} onChoose={() => choose(tenant.id)} />
            ))}
            {data?.items.length === 0 && <li className="px-2 py-3 text-center text-sm text-ink-3">{text.tenantPicker.noMatch}</li>}
          </ul>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Choice({ name, note, taken, onChoose }: { name: string; note?: string; taken: boolean; onChoose: () => void }) {
  return (
    <li>
      <button type="button" aria-pressed={taken} onClick={onChoose} className="flex w-full items-center gap-2 rounded-md px-2 py-1.5 text-left text-sm hover:bg-hover ring-inset-focus">
        <span className="min-w-0 flex-1 truncate">{name}</span>
        {note && <span className="truncate text-xs text-ink-3">{note}</span>}
        <Check className={cx("size-4 shrink-0 text-accent-ink", !taken && "invisible")} aria-hidden />
      </button>
    </li>
  );
}
