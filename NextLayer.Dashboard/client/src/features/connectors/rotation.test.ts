import { expect, it } from "vitest";
import { splitRotation } from "./rotation";

const known = [{ name: "signing_secret", updated_at: "2026-01-01T00:00:00+00:00", previous_until: null }];

it("rotates a signing secret by itself when the old one lives on", () =>
  expect(splitRotation(known, { signing_secret: "whsec_new", token: "t", unchanged: "" }, 3600)).toEqual({ secrets: { token: "t" }, rotated: "whsec_new" }));

it.each([
  ["it ends at once", known, "whsec_new", 0],
  ["there was none", [], "whsec_new", 3600],
  ["it is removed", known, null, 3600],
])("saves it with all others when %s", (_, before, value, overlap) =>
  expect(splitRotation(before, { signing_secret: value }, overlap)).toEqual({ secrets: { signing_secret: value }, rotated: null }));
