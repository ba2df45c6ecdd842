import { one, choice, type Search } from "@/shared/url/search";

export interface BuilderSearch {
  /** The step whose form is open. */
  step?: string | undefined;
  view?: "json" | undefined;
  /** The test whose run is shown in the drawing. */
  test?: string | undefined;
  /** The step that this test went up to; all of them when absent. */
  upto?: string | undefined;
}

export function readBuilderSearch(search: Search): BuilderSearch {
  return { step: one(search, "step"), view: choice(search, "view", ["json"]), test: one(search, "test"), upto: one(search, "upto") };
}
