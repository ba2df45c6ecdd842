import { one, choice, type Search } from "@/shared/url/search";

export interface BuilderSearch {
  /** The step whose form is open. */
  step?: string | undefined;
  view?: "json" | undefined;
}

export function readBuilderSearch(search: Search): BuilderSearch {
  return { step: one(search, "step"), view: choice(search, "view", ["json"]) };
}
