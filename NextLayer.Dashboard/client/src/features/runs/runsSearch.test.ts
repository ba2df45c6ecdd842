import { expect, it } from "vitest";
import { parseSearch, stringifySearch } from "@/shared/url/search";
import { choicesWith, orLonger } from "./lengths";
import { isCounted, LONGEST_MS, readRunsSearch, toApi } from "./runsSearch";

it("keeps worker and length of runs in the address", () => {
  const search = readRunsSearch(parseSearch("?worker=w%2F1&longer=60000&status=FAILED"));

  expect(search).toMatchObject({ worker: "w/1", longer: 60_000, status: ["FAILED"] });
  expect(readRunsSearch(parseSearch(stringifySearch({ ...search })))).toEqual(search);
  expect(toApi(search, null, 0)).toMatchObject({ worker_id: "w/1", duration_ms_min: 60_000 });
});

it.each(["0", "-5", "1.5", "soon", String(LONGEST_MS + 1)])("passes over %s as a length", (text) => expect(readRunsSearch(parseSearch(`?longer=${text}`)).longer).toBeUndefined());

it("offers a length that is none of the usual ones in its place", () => {
  expect(choicesWith(2_000).slice(0, 3)).toEqual([1_000, 2_000, 10_000]);
  expect([orLonger(60_000), orLonger(2_000)]).toEqual(["1 minute or longer", "2.0 s or longer"]);
});

it.each([["status=FAILED&pipeline=p&window=7d", true], ["", true], ["label=a%3Db", false], ["q=timeout", false], ["longer=1000", false], ["worker=w", false]])("knows whether statistics count what ?%s lists", (address, counted) =>
  expect(isCounted(readRunsSearch(parseSearch(`?${address}`)))).toBe(counted),
);
