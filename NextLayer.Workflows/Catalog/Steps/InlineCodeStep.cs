namespace NextLayer.Workflows.Catalog;

internal static class InlineCodeStep
{
    public static readonly StepType Type = new()
    {
        Type = StepTypes.InlineCode,
        Label = "Code",
        Description = "Computes with a pure expression, or with JavaScript in a sandbox without any I/O.",
        Category = "logic",
        Icon = "code",
        Effect = "none",
        ConfigSchema = StepSchema.Json("""
            {
              "type": "object",
              "required": ["code"],
              "properties": {
                "language": { "type": "string", "title": "Language", "enum": ["javascript", "expression"], "default": "javascript" },
                "code": { "type": "string", "title": "Code", "minLength": 1, "maxLength": 65536, "x-evaluate": "literal", "x-ui": { "widget": "code", "rows": 12 } },
                "input": { "type": "object", "title": "Input", "x-ui": { "widget": "json" } },
                "limits": {
                  "type": "object",
                  "title": "Limits",
                  "properties": {
                    "timeout": { "type": ["string", "number"], "title": "Time", "default": "PT2S", "x-ui": { "widget": "duration" } },
                    "memory_mb": { "type": "integer", "title": "Memory in MB", "minimum": 1, "maximum": 256, "default": 32 },
                    "statements": { "type": "integer", "title": "Statements", "minimum": 1, "maximum": 10000000, "default": 200000 }
                  },
                  "x-ui": { "group": "advanced" }
                }
              }
            }
            """),
        OutputSchema = StepSchema.Json("""{ "type": "object", "properties": { "result": {}, "logs": { "type": "array", "items": { "type": "string" } } } }"""),
        Example = StepSchema.Json("""{ "language": "javascript", "code": "return { total: input.a + input.b };", "input": { "a": 1, "b": "{{ input.b }}" } }"""),
    };
}
