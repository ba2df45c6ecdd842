import { describe, expect, it } from "vitest";
import { accessOf, type Me } from "./access";

const ME: Me = {
  subject: "u1",
  kind: "user",
  name: "Ada",
  email: "ada@example.com",
  auth_required: true,
  expires_at: null,
  platform_role: null,
  platform_permissions: [],
  memberships: [
    { tenant_id: "a", tenant_name: "Acme", tenant_slug: "acme", role: "viewer", permissions: ["runs.read"] },
    { tenant_id: "b", tenant_name: "Beta", tenant_slug: "beta", role: "operator", permissions: ["runs.read", "runs.start"] },
  ],
};

describe("access", () => {
  it("allows what a membership gives, in its tenant alone", () => {
    const access = accessOf(ME);
    expect(access.can("runs.start", "b")).toBe(true);
    expect(access.can("runs.start", "a")).toBe(false);
    expect(access.why("runs.start", "a")).toBe("You may not start runs: you are a viewer in Acme. Its administrators can change that.");
  });
  it("allows without a tenant what any of them gives", () => {
    expect(accessOf(ME).can("runs.start")).toBe(true);
    expect(accessOf(ME).can("keys.manage")).toBe(false);
    expect(accessOf(ME).why("keys.manage")).toBe("You may not manage API keys. An administrator can change that.");
  });
  it("gives permissions of the installation everywhere", () => {
    const access = accessOf({ ...ME, platform_role: "operator", platform_permissions: ["engine.read", "engine.control", "runs.start"] });
    expect(access.can("engine.control")).toBe(true);
    expect(access.can("runs.start", "a")).toBe(true);
    expect(accessOf(ME).why("engine.control")).toContain("whole installation");
  });
  it("holds nothing back while nobody has answered, and does not call that authentication off", () => {
    expect([accessOf(undefined).open, accessOf(undefined).off]).toEqual([true, false]);
    expect(accessOf(undefined).can("keys.manage")).toBe(true);
  });
  it("is open where nobody is asked, and where nobody can be known", () => {
    expect(accessOf({ ...ME, auth_required: false, memberships: [] }).can("tenants.manage")).toBe(true);
    expect([accessOf(null).open, accessOf(null).off]).toEqual([true, true]);
    expect(accessOf(null).why("keys.manage", "x")).toBeUndefined();
  });
});
