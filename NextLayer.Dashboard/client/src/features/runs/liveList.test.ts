import { describe, expect, it } from "vitest";
import type { Run, RunStatus } from "@/shared/api/types";
import { matches, prepend, unknownAbove, updateRows, without, type Pages } from "./liveList";

const run = (id: string, status: RunStatus = "QUEUED", seq = 1): Run =>
  ({
    id,
    status,
    tenant_id: "t",
    pipeline_id: "p",
    pipeline_version_id: "v",
    trigger_type: "manual",
    claimed_by: status === "QUEUED" ? null : "w1",
    started_at: status === "QUEUED" ? null : "2026-01-01T12:00:01+00:00",
    finished_at: status === "FAILED" ? "2026-01-01T12:01:01+00:00" : null,
    error_message: status === "FAILED" ? "Timed out" : null,
    created_at: "2026-01-01T12:00:00+00:00",
    updated_at: "2026-01-01T12:00:00+00:00",
    last_event_seq: seq,
  }) as Run;
const list = (...runs: Run[]): Pages => ({ pages: [{ items: runs, limit: 50, offset: 0, count: runs.length, next_cursor: null }], pageParams: [null] });
const ids = (data: Pages) => data.pages.flatMap((page) => page.items.map((each) => each.id));

describe("matches", () => {
  it.each([
    ["RUNNING", { worker_id: "w1" }, true],
    ["RUNNING", { worker_id: "w2" }, false],
    ["QUEUED", { worker_id: "w1" }, false],
    ["FAILED", { duration_ms_min: 60_000 }, true],
    ["FAILED", { duration_ms_min: 60_001 }, false],
    ["RUNNING", { duration_ms_min: 1 }, false],
    ["FAILED", { worker_id: "w1", duration_ms_min: 1_000 }, true],
  ] as const)("a %s run and %j: %s", (status, filter, fits) => expect(matches(run("a", status), filter)).toBe(fits));
});

describe("updateRows", () => {
  it("changes a row in its place", () => {
    const data = updateRows(list(run("c"), run("b"), run("a")), [run("b", "RUNNING", 2)]);
    expect(ids(data)).toEqual(["c", "b", "a"]);
    expect(data.pages[0]?.items[1]?.status).toBe("RUNNING");
  });

  it("takes a state alone", () => {
    const data = updateRows(list(run("a", "RUNNING", 2)), [{ id: "a", status: "FAILED", last_event_seq: 3 }]);
    expect(data.pages[0]?.items[0]).toMatchObject({ status: "FAILED", trigger_type: "manual" });
  });

  it("never goes back to older news", () => {
    const data = list(run("a", "SUCCEEDED", 5));
    expect(updateRows(data, [run("a", "RUNNING", 2)])).toBe(data);
  });
});

describe("unknownAbove", () => {
  it("finds each new run once, the newest first, and nothing that is filtered out or older", () => {
    const news = [run("d"), run("e", "FAILED"), run("d", "QUEUED", 2), run("a"), run("c")];
    expect(unknownAbove(list(run("c")), news, { status: ["QUEUED"] }).map((each) => each.id)).toEqual(["d"]);
    expect(unknownAbove(list(run("c")), news, {}).map((each) => each.id)).toEqual(["e", "d"]);
  });

  it("takes everything for an empty list", () => expect(unknownAbove(list(), [run("a")], {})).toHaveLength(1));
});

describe("without", () => {
  const known = new Set(["d", "c", "b", "a"]);
  const page = (next_cursor: string | null, ...runs: Run[]) => ({ items: runs, limit: 50, offset: 0, count: runs.length, next_cursor });

  it("lets go of known rows that the page does not have", () => expect(ids(without(list(run("d"), run("c"), run("a")), page(null, run("d"), run("a")), known))).toEqual(["d", "a"]));
  it("keeps what came while the page was read", () => expect(ids(without(list(run("e"), run("c")), page(null), known))).toEqual(["e"]));
  it("keeps what lies beyond the page", () => expect(ids(without(list(run("d"), run("c"), run("b"), run("a")), page("b", run("d"), run("b")), known))).toEqual(["d", "b", "a"]));
  it("changes nothing where all is there", () => {
    const data = list(run("b"), run("a"));
    expect(without(data, page(null, run("b"), run("a")), known)).toBe(data);
  });
});

describe("prepend", () => {
  it("keeps the order and lets go of what the filter no longer wants", () => {
    const data = prepend(list(run("b", "SUCCEEDED"), run("a")), [run("d"), run("c")], { status: ["QUEUED"] });
    expect(ids(data)).toEqual(["d", "c", "a"]);
  });

  it("has no run twice", () => expect(ids(prepend(list(run("b")), [run("b"), run("c")], {}))).toEqual(["c", "b"]));
});

describe("matches", () => {
  it.each([
    [{ q: "timed OUT" }, true],
    [{ q: "other" }, false],
    [{ q: "abcdef" }, true],
    [{ created_after: "2026-01-01T12:00:00Z" }, true],
    [{ created_before: "2026-01-01T12:00:00Z" }, false],
    [{ tenant_id: "u" }, false],
    [{ trigger_type: "webhook" }, false],
    [{ status: [] }, true],
  ])("answers %j with %s", (filter, expected) => expect(matches({ ...run("abcdef12", "FAILED") }, filter)).toBe(expected));
});
