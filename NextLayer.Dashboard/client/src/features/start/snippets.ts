import type { Json } from "@/shared/api/types";

export interface Call {
  origin: string;
  body: { tenant_id: string; pipeline_version_id: string; parameters: Json | undefined; run_after?: string; priority?: number; labels?: Record<string, string> };
  idempotencyKey: string;
  /** Whoever calls must say who they are. */
  withKey: boolean;
}

/** The same start from a shell. */
export function asCurl({ origin, body, idempotencyKey, withKey }: Call): string {
  const headers = [`'Content-Type: application/json'`, `'X-Idempotency-Key: ${idempotencyKey}'`, ...(withKey ? [`"X-API-Key: $NEXTLAYER_KEY"`] : [])];
  return `curl -X POST ${origin}/api/runs ${headers.map((header) => `-H ${header}`).join(" ")} -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`;
}

/** The same start from .NET, with the client of NextLayer.Contracts. */
export function asCSharp({ origin, body, idempotencyKey, withKey }: Call): string {
  const members = [
    `TenantId = Guid.Parse("${body.tenant_id}")`,
    `PipelineVersionId = Guid.Parse("${body.pipeline_version_id}")`,
    // Three quotes in a row never stand in JSON: within its texts they are escaped.
    `Parameters = JsonElement.Parse("""\n${indent(JSON.stringify(body.parameters ?? {}, null, 2), 12)}\n            """)`,
    ...(body.run_after ? [`RunAfter = DateTimeOffset.Parse("${body.run_after}", CultureInfo.InvariantCulture)`] : []),
    ...(body.priority ? [`Priority = ${body.priority}`] : []),
    ...(body.labels ? [`Labels = new Dictionary<string, string?> { ${Object.entries(body.labels).map(([key, value]) => `[${JSON.stringify(key)}] = ${JSON.stringify(value)}`).join(", ")} }`] : []),
  ];
  const options = [`BaseAddress = new Uri("${origin}")`, ...(withKey ? [`ApiKey = Environment.GetEnvironmentVariable("NEXTLAYER_KEY")`] : [])];
  return `using var client = new NextLayerClient(new NextLayerClientOptions { ${options.join(", ")} });
var run = await client.CreateRunAsync(
    new CreateRunRequest
    {
${members.map((member) => `        ${member},`).join("\n")}
    },
    idempotencyKey: "${idempotencyKey}");
`;
}

function indent(text: string, by: number): string {
  return text.replaceAll(/^/gm, " ".repeat(by));
}
