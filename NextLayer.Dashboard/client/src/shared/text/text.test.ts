import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createElement, Fragment } from "react";
import { describe, expect, it } from "vitest";
import { en } from "./en";
import { findText } from "./findText";
import { rich } from "./rich";

const SOURCE = fileURLToPath(new URL("../..", import.meta.url));

/** Programs and commands for others to run: the same in every language. */
const CODE = ["features/start/snippets.ts", "features/workers/StartCommand.tsx"];

const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => /\.tsx?$/.test(file) && !/\.test\.ts$/.test(file) && !file.startsWith("shared/text/"));

it("finds all that people read in shared/text", () => {
  const outside = files
    .filter((file) => !CODE.includes(file))
    .flatMap((file) => findText(readFileSync(SOURCE + file, "utf8")).map(({ line, source }) => `${file}:${line} ${source.trim()}`));
  expect(outside).toEqual([]);
});

describe("findText", () => {
  const found = (code: string) => findText(code).map((each) => each.source.trim());
  it.each([
    ["text of an element", "<p>Nothing here yet</p>", ["Nothing here yet"]],
    ["a choice between two", '<p>{ready ? "done" : "not yet"}</p>', ['"done"', '"not yet"']],
    ["what is read out", '<button aria-label="close" title={`Remove ${name}`} />', ['"close"', "`Remove ${name}`"]],
    ["a parameter that is shown", '<Field label="Name" hint="Up to 200 letters." />', ['"Name"', '"Up to 200 letters."']],
    ["a word by its member", 'const LOOK = { word: "queued", tone: "queued" };', ['"queued"']],
    ["words in a list", 'const CHOICES = [["1h", "1 hour"], ["all", "All of them"]];', ['"1 hour"', '"All of them"']],
    ["what is said in the corner", 'toast("saved", "error");', ['"saved"']],
    ["sentences that are returned", "const why = () => `The engine is ${state}.`;", ["`The engine is ${state}.`"]],
  ])("finds %s", (_, code, texts) => expect(found(code)).toEqual(texts));
  it.each([
    ["names of classes", '<p className="flex items-center" style={{ border: "1px solid var(--line)" }} />'],
    ["class names in constants", 'const CONTROL = "w-full rounded-md border px-2.5 text-sm";'],
    ["addresses and keys", 'get("/api/runs", { queryKey: ["runs", "find"] });'],
    ["values of the API", 'if (status === "Running" || kind === "api_key") send({ status: "QUEUED" });'],
    ["keys to press", '<kbd>Ctrl K</kbd>; const KEYS = { Escape: close, "mod Shift Z": redo }; const key = "mod Shift Z";'],
    ["code", "<code>X-API-Key</code>"],
    ["types", 'type Kind = "All of them" | "none at all";'],
  ])("leaves %s alone", (_, code) => expect(found(code)).toEqual([]));
  it("tells the line", () => expect(findText("const a = 1;\nconst b = <p>\n  Some words\n</p>;").map((each) => each.line)).toEqual([3]));
});

it("has nothing that no page shows", () => {
  const source = files.map((file) => readFileSync(SOURCE + file, "utf8")).join("\n");
  const has = (path: string, end: string) => new RegExp(`\\b${path.replaceAll(".", "\\.")}${end}`).test(source);
  const groupsOf = (path: string) => path.split(".").map((_, at, names) => names.slice(0, at).join(".")).slice(2);
  const pathsOf = (tree: object, group: string): string[] => Object.entries(tree).flatMap(([name, value]) => (typeof value === "object" ? pathsOf(value as object, `${group}.${name}`) : [`${group}.${name}`]));
  // Named in full, or in a group that is taken as a whole.
  const unused = pathsOf(en, "text").filter((path) => !has(path, "\\b") && !groupsOf(path).some((group) => has(group, "(?![\\w.])")));
  expect(unused).toEqual([]);
});

it("keeps elements where a sentence has them", () => {
  const link = createElement("a", { href: "/" }, "here");
  expect(rich`Look ${link}, ${2} times.`).toEqual(createElement(Fragment, null, "Look ", link, ", ", 2, " times."));
});
