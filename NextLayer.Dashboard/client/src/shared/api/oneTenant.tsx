import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { usePrefs } from "../prefs/prefs";
import { text } from "../text";
import { one, type Search } from "../url/search";
import { Select } from "../ui/Form";
import { tenantsQuery } from "./queries";

export interface TenantSearch {
  tenant?: string | undefined;
}

export function readTenantSearch(search: Search): TenantSearch {
  return { tenant: one(search, "tenant") };
}

/**
 * The tenant of a page that shows one at a time: the chosen one of all pages, else the one in the address, else the
 * first. With more than one to choose from, the picker stands on the page.
 */
export function useOneTenant({ tenant }: TenantSearch) {
  const { tenantId } = usePrefs();
  const { data, error } = useQuery({ ...tenantsQuery("", 0, 100), enabled: tenantId === null });
  const tenants = data?.items ?? [];
  const chosen = tenantId ?? tenant ?? tenants[0]?.id ?? null;
  const picker = tenantId === null && chosen !== null && tenants.length > 1 ? <Picker chosen={chosen} tenants={tenants} /> : null;
  return { tenantId: chosen, picker, error };
}

function Picker({ chosen, tenants }: { chosen: string; tenants: readonly { id: string; name: string }[] }) {
  const navigate = useNavigate();
  return (
    <Select aria-label={text.common.tenant} className="w-48" value={chosen} onChange={(event) => void navigate({ to: ".", search: (old: object) => ({ ...old, tenant: event.target.value }), replace: true })}>
      {tenants.map((each) => (
        <option key={each.id} value={each.id}>
          {each.name}
        </option>
      ))}
    </Select>
  );
}
