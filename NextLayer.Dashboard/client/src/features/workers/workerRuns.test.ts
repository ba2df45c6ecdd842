import { expect, it } from "vitest";
import type { Run } from "@/shared/api/types";
import { byWorker } from "./workerRuns";

const run = (id: string, worker: string | null, since: string) => ({ id, claimed_by: worker, claimed_at: since }) as Run;

it("gives each worker its runs, those held longest first", () => {
  const held = byWorker([run("new", "a", "2026-05-02"), run("old", "a", "2026-05-01"), run("other", "b", "2026-05-01"), run("none", null, "2026-05-01")]);
  expect([...held].map(([worker, runs]) => [worker, ...runs.map((each) => each.id)])).toEqual([["a", "old", "new"], ["b", "other"]]);
});
