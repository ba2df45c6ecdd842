import { one, type Search } from "@/shared/url/search";

export interface StartSearch {
  pipeline?: string | undefined;
  version?: string | undefined;
  /** A run whose input is taken over. */
  from?: string | undefined;
}

export function readStartSearch(search: Search): StartSearch {
  return { pipeline: one(search, "pipeline"), version: one(search, "version"), from: one(search, "from") };
}
