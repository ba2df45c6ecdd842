using System.Text.Json;
using NextLayer.Workflows.Retries;
using NextLayer.Workflows.Templates;

namespace NextLayer.Workflows.Catalog;

internal static class DatabaseQueryStep
{
    public static readonly StepType Type = new()
    {
        Type = "database_query",
        Label = "Database Query",
        Description = "Runs SQL with parameters on a connector's database.",
        Category = "data",
        Icon = "database",
        Effect = "by_mode",
        ConfigSchema = StepSchema.Json("""
            {
              "type": "object",
              "required": ["connector", "sql"],
              "properties": {
                "connector": { "type": "string", "title": "Connector", "minLength": 1, "x-ui": { "widget": "connector" } },
                "sql": { "type": "string", "title": "SQL", "minLength": 1, "maxLength": 65536, "x-evaluate": "literal", "x-ui": { "widget": "code", "language": "sql", "placeholder": "SELECT * FROM orders WHERE id = $1" } },
                "params": { "type": ["array", "object"], "title": "Parameters", "x-ui": { "widget": "json" } },
                "mode": { "type": "string", "title": "Mode", "enum": ["read", "write"], "default": "read" },
                "row_limit": { "type": "integer", "title": "Most rows", "minimum": 1, "maximum": 100000, "default": 1000, "x-ui": { "group": "advanced" } },
                "statement_timeout": { "type": ["string", "number"], "title": "Time", "default": "PT30S", "x-ui": { "widget": "duration", "group": "advanced" } },
                "fetch": { "type": "string", "title": "Give back", "enum": ["rows", "one", "none"], "default": "rows" }
              }
            }
            """),
        OutputSchema = StepSchema.Json("""
            {
              "type": "object",
              "properties": {
                "rows": { "type": "array", "items": { "type": "object" } },
                "row": { "type": ["object", "null"] },
                "count": { "type": "integer" },
                "truncated": { "type": "boolean" },
                "columns": { "type": "array" },
                "affected": { "type": "integer" }
              }
            }
            """),
        Example = StepSchema.Json("""{ "connector": "postgres", "sql": "SELECT id, total FROM orders WHERE customer = $1", "params": ["{{ input.customer }}"] }"""),
        DefaultRetry = new RetryPolicy { MaxAttempts = 3 },
        Check = RefuseTemplates,
    };

    // A value pasted into SQL text is an injection; values go through params.
    private static IEnumerable<ConfigProblem> RefuseTemplates(JsonElement config) =>
        StepSchema.TextOf(config, "sql") is { } sql && TextTemplate.IsIn(sql)
            ? [new ConfigProblem("SQL_TEMPLATE", "sql", "SQL may not hold templates; pass values through params and write $1.")]
            : [];
}
