import { expect, it } from "vitest";
import { startOfDay } from "./auditQueries";
import { readAuditSearch } from "./auditSearch";

it("takes a day from its midnight here to the next", () => {
  const from = new Date(startOfDay("2026-05-01")!);
  const to = new Date(startOfDay("2026-05-01", 1)!);
  expect([from.getFullYear(), from.getMonth(), from.getDate(), from.getHours()]).toEqual([2026, 4, 1, 0]);
  expect([to.getMonth(), to.getDate(), to.getHours()]).toEqual([4, 2, 0]);
});

it.each([undefined, "", "yesterday", "2026-5-1", "01.05.2026"])("takes %j for no day", (day) => expect(startOfDay(day)).toBeUndefined());

it("reads its filters from the address and nothing else", () =>
  expect(JSON.parse(JSON.stringify(readAuditSearch({ actor: "ada", action: "", evil: "x", tenant: "t" })))).toEqual({ actor: "ada", tenant: "t" }));
