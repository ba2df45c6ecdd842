import { describe, expect, it } from "vitest";
import type { JsonObject } from "../api/types";
import { defaultsOf, fileOf, isSecret, isVisible, kindOf, MASK, masked, missing, withMember } from "./schema";

const schema: JsonObject = {
  type: "object",
  required: ["name", "address"],
  properties: {
    name: { type: "string" },
    mode: { type: "string", enum: ["a", "b"], default: "a" },
    when_b: { type: "string", "x-ui": { visible_if: { mode: ["b"] } } },
    address: { type: "object", required: ["city"], properties: { city: { type: "string" }, country: { type: "string", default: "DE" } } },
    tags: { type: "array", items: { type: "string" } },
  },
};
const property = (name: string) => (schema.properties as JsonObject)[name] as JsonObject;

describe("kindOf", () => {
  it.each([
    [{ type: "string" }, "text"],
    [{ type: ["string", "null"] }, "text"],
    [{ type: "string", maxLength: 5000 }, "long"],
    [{ type: "string", enum: ["a"] }, "choice"],
    [{ type: "integer" }, "number"],
    [{ type: "object" }, "pairs"],
    [{ type: "array", items: { type: "object", properties: {} } }, "list"],
    [{ type: "array" }, "json"],
    [{}, "json"],
    [{ type: ["string", "boolean"] }, "text"],
    [{ type: "object", "x-ui": { widget: "workflow" } }, "json"],
    [{ type: "string", format: "byte" }, "file"],
    [{ type: "string", "x-ui": { widget: "file" } }, "file"],
    [{ type: "integer", contentEncoding: "base64" }, "number"],
  ])("edits %j as %s", (given, kind) => expect(kindOf(given as JsonObject)).toBe(kind));
});

it("begins with what is usual and with nothing else", () => expect(defaultsOf(schema)).toEqual({ mode: "a", address: { country: "DE" } }));

it("asks for what its neighbours make meaningful, also by their defaults", () => {
  expect(isVisible(property("when_b"), schema, {})).toBe(false);
  expect(isVisible(property("when_b"), schema, { mode: "b" })).toBe(true);
});

it("names each missing member by its path", () =>
  expect(missing(schema, { name: "", address: {} })).toEqual({ name: ["is required."], "address.city": ["is required."] }));

it("takes a member away when there is nothing to say, and keeps the order of the others", () => {
  expect(withMember({ a: 1, b: 2 }, "a", "")).toEqual({ b: 2 });
  expect(Object.keys(withMember({ a: 1, b: 2 }, "a", 3))).toEqual(["a", "b"]);
});

it.each([
  [{ type: "string", contentEncoding: "base64", contentMediaType: "application/pdf" }, { as: "base64", accept: "application/pdf" }],
  [{ type: "string", format: "data-url" }, { as: "data-url", accept: "" }],
  [{ type: "string", contentMediaType: "text/csv", "x-ui": { widget: "file" } }, { as: "text", accept: "text/csv" }],
  [{ type: "string" }, null],
])("takes %j for the file %j", (given, wish) => expect(fileOf(given as JsonObject)).toEqual(wish));

it("hides what is secret, however deep, and nothing else", () => {
  const secrets: JsonObject = {
    properties: {
      token: { type: "string", format: "password" },
      login: { type: "object", properties: { user: { type: "string" }, pin: { type: "integer", writeOnly: true } } },
      keys: { type: "array", items: { type: "string", "x-ui": { widget: "secret" } } },
    },
  };
  expect(masked(secrets, { token: "t", login: { user: "ada", pin: 1234 }, keys: ["a", "b"], more: { token: "t" }, none: null })).toEqual({ token: MASK, login: { user: "ada", pin: MASK }, keys: [MASK, MASK], more: { token: "t" }, none: null });
  expect(masked(null, { token: "t" })).toEqual({ token: "t" });
  expect(isSecret({ type: "string" })).toBe(false);
});
