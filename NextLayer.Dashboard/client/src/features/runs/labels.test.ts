import { expect, it } from "vitest";
import { pairsOf, readLabels, wrongWithPair } from "./labels";

it("reads what is typed, one a line", () => {
  expect(readLabels("env=prod\n\n  team/a.b=x=y \nnote=")).toEqual({ labels: { env: "prod", "team/a.b": "x=y", note: "" }, error: null });
  expect(readLabels("")).toEqual({ labels: {}, error: null });
  expect(pairsOf(readLabels("b=1\na=2").labels)).toEqual(["b=1", "a=2"]);
  expect(pairsOf(undefined)).toEqual([]);
});

it.each(["env", "=prod", "en v=prod", "ä=1", `${"k".repeat(64)}=1`, `k=${"v".repeat(256)}`])("says what is wrong with %s", (text) => {
  expect(wrongWithPair(text)).not.toBeNull();
  expect(readLabels(text).error).not.toBeNull();
});

it("takes sixteen and no more", () => {
  const lines = (count: number) => Array.from({ length: count }, (_, index) => `k${index}=v`).join("\n");
  expect(readLabels(lines(16)).error).toBeNull();
  expect(readLabels(lines(17)).error).not.toBeNull();
});
