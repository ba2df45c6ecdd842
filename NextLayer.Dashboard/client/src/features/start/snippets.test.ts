import { expect, it } from "vitest";
import { asCSharp, asCurl } from "./snippets";

const call = { origin: "http://localhost:3000", body: { tenant_id: "t", pipeline_version_id: "v", parameters: { name: "O'Brien", quote: '"""', path: "C:\\" } }, idempotencyKey: "k", withKey: true };

it("quotes for the shell", () => {
  expect(asCurl(call)).toContain(`-d '{"tenant_id":"t","pipeline_version_id":"v","parameters":{"name":"O'\\''Brien"`);
  expect(asCurl(call)).toContain('-H "X-API-Key: $NEXTLAYER_KEY"');
  expect(asCurl({ ...call, withKey: false })).not.toContain("X-API-Key");
});

it("writes C# whose JSON ends where it should", () => {
  const code = asCSharp(call);
  expect(code.match(/"""/g)).toHaveLength(2);
  expect(code).toContain('ApiKey = Environment.GetEnvironmentVariable("NEXTLAYER_KEY")');
  expect(code).not.toContain("RunAfter");
});

it("says when and how urgent, where that was chosen", () => {
  const code = asCSharp({ ...call, withKey: false, body: { ...call.body, run_after: "2026-05-01T10:00:00.000Z", priority: 5, labels: { env: 'a"b' } } });
  expect(code).toContain('RunAfter = DateTimeOffset.Parse("2026-05-01T10:00:00.000Z", CultureInfo.InvariantCulture)');
  expect(code).toContain("Priority = 5,");
  expect(code).toContain('Labels = new Dictionary<string, string?> { ["env"] = "a\\"b" },');
});
