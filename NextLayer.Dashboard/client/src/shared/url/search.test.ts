import { expect, it } from "vitest";
import { choice, localAddress, many, one, parseSearch, stringifySearch, whole } from "./search";

it("keeps repeated names as a list and single ones as text", () =>
  expect(parseSearch("?status=FAILED&status=RUNNING&q=a%20b")).toEqual({ status: ["FAILED", "RUNNING"], q: "a b" }));

it("leaves out what is absent or empty", () =>
  expect(stringifySearch({ q: "", status: ["FAILED"], tab: undefined, at: 3, all: false })).toBe("?status=FAILED&at=3"));

it("comes back as it went", () => {
  const search = { status: ["FAILED", "PAUSED"], q: 'ä & "x"=1', seq: "12" };
  expect(parseSearch(stringifySearch(search))).toEqual(search);
});

it("reads what a link within the page gives as a number or boolean", () => {
  expect(whole({ seq: 2 }, "seq")).toBe(2);
  expect(one({ create: true }, "create")).toBe("true");
});

it("takes nothing from an address that it does not know", () => {
  const search = parseSearch("?tab=evil&seq=-1&line=12&status=");
  expect(choice(search, "tab", ["graph", "logs"])).toBeUndefined();
  expect(whole(search, "seq")).toBeUndefined();
  expect(whole(search, "line")).toBe(12);
  expect(many(search, "status")).toBeUndefined();
  expect(one(search, "nothing")).toBeUndefined();
});

it("leads after a sign-in to addresses of this site alone", () => {
  expect(localAddress("/runs?status=FAILED")).toBe("/runs?status=FAILED");
  for (const evil of ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "runs", "/a\nb", ""]) expect(localAddress(evil)).toBeUndefined();
});
