import { expect, it } from "vitest";
import { stateOfKey } from "./keyQueries";

it.each([
  [null, null, "active"],
  ["2026-01-02T00:00:00Z", null, "active"],
  ["2026-01-01T00:00:00Z", null, "expired"],
  ["2026-01-02T00:00:00Z", "2025-12-01T00:00:00Z", "revoked"],
])("a key that ends %s and was revoked %s is %s", (expires_at, revoked_at, state) => expect(stateOfKey({ expires_at, revoked_at }, Date.parse("2026-01-01T00:00:00Z"))).toBe(state));
