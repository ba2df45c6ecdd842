import { readTenantSearch, type TenantSearch } from "@/shared/api/oneTenant";
import { choice, type Search } from "@/shared/url/search";

export const COST_WINDOWS = ["7d", "30d", "90d"] as const;

/** What the page of the providers shows: `?window=30d&tenant=…`. */
export interface ProvidersSearch extends TenantSearch {
  window?: (typeof COST_WINDOWS)[number] | undefined;
}

export function readProvidersSearch(search: Search): ProvidersSearch {
  return { ...readTenantSearch(search), window: choice(search, "window", COST_WINDOWS) };
}
