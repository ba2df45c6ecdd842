import { choice, one, type Search } from "@/shared/url/search";

export interface PipelinesSearch {
  q?: string | undefined;
  create?: boolean | undefined;
}

export function readPipelinesSearch(search: Search): PipelinesSearch {
  return { q: one(search, "q"), create: search.create !== undefined && String(search.create) === "true" ? true : undefined };
}

export interface PipelineSearch {
  version?: string | undefined;
  /** A version to compare with. */
  with?: string | undefined;
  tab?: "graph" | "json" | "input" | undefined;
}

export function readPipelineSearch(search: Search): PipelineSearch {
  return { version: one(search, "version"), with: one(search, "with"), tab: choice(search, "tab", ["graph", "json", "input"]) };
}
