using System.Text.Json;
using NextLayer.Workflows.Retries;
using NextLayer.Workflows.Schemas;

namespace NextLayer.Workflows.Catalog;

internal static class LlmCallStep
{
    private const string OtherPort = "other";

    public static readonly StepType Type = new()
    {
        Type = "llm_call",
        Label = "LLM Call",
        Description = "Asks a language model for text, for data of a given shape, or for a class.",
        Category = "ai",
        Icon = "brain",
        Effect = "read",
        ConfigSchema = StepSchema.Json("""
            {
              "type": "object",
              "required": ["provider"],
              "properties": {
                "connector": { "type": "string", "title": "Connector", "x-ui": { "widget": "connector" } },
                "provider": { "type": "string", "title": "Provider", "enum": ["openai_compatible", "anthropic", "google", "fake"] },
                "model": { "type": "string", "title": "Model" },
                "mode": { "type": "string", "title": "Mode", "enum": ["prompt", "extract", "classify"], "default": "prompt" },
                "system": { "type": "string", "title": "System prompt", "x-ui": { "widget": "textarea" } },
                "prompt": { "type": "string", "title": "Prompt", "x-ui": { "widget": "textarea", "rows": 6 } },
                "messages": {
                  "type": "array",
                  "title": "Messages",
                  "items": {
                    "type": "object",
                    "required": ["role", "content"],
                    "properties": { "role": { "type": "string", "enum": ["system", "user", "assistant"] }, "content": { "type": "string" } }
                  },
                  "x-ui": { "group": "advanced" }
                },
                "schema": { "type": "object", "title": "Schema of the data", "x-evaluate": "literal", "x-ui": { "widget": "json", "visible_if": { "mode": ["extract"] } } },
                "categories": {
                  "type": "array",
                  "title": "Classes",
                  "minItems": 1,
                  "items": {
                    "type": "object",
                    "required": ["name"],
                    "properties": { "name": { "type": "string", "pattern": "^[A-Za-z0-9_-]{1,63}$", "x-evaluate": "literal" }, "description": { "type": "string" } }
                  },
                  "x-ui": { "visible_if": { "mode": ["classify"] } }
                },
                "multi": { "type": "boolean", "title": "Several classes may fit", "default": false, "x-ui": { "visible_if": { "mode": ["classify"] } } },
                "fallback": { "type": "string", "title": "When none fits", "enum": ["other", "fail"], "default": "other", "x-ui": { "visible_if": { "mode": ["classify"] } } },
                "temperature": { "type": "number", "title": "Temperature", "minimum": 0, "maximum": 2, "x-ui": { "group": "advanced" } },
                "max_tokens": { "type": "integer", "title": "Longest answer in tokens", "minimum": 1, "maximum": 200000, "x-ui": { "group": "advanced" } },
                "max_repairs": { "type": "integer", "title": "Repair turns", "minimum": 0, "maximum": 5, "default": 1, "x-ui": { "group": "advanced" } }
              },
              "anyOf": [{ "required": ["prompt"] }, { "required": ["messages"] }],
              "allOf": [
                { "if": { "properties": { "mode": { "const": "extract" } }, "required": ["mode"] }, "then": { "required": ["schema"] } },
                { "if": { "properties": { "mode": { "const": "classify" } }, "required": ["mode"] }, "then": { "required": ["categories"] } },
                { "if": { "properties": { "provider": { "enum": ["openai_compatible", "anthropic", "google"] } }, "required": ["provider"] }, "then": { "required": ["model"] } }
              ]
            }
            """),
        OutputSchema = StepSchema.Json("""
            {
              "type": "object",
              "properties": {
                "content": { "type": "string" },
                "data": { "type": "object" },
                "category": { "type": "string" },
                "categories": { "type": "array", "items": { "type": "string" } },
                "confidence": { "type": "number" },
                "model": { "type": "string" },
                "provider": { "type": "string" },
                "usage": { "type": "object", "properties": { "input": { "type": "integer" }, "output": { "type": "integer" } } },
                "finish_reason": { "type": "string" }
              }
            }
            """),
        Example = StepSchema.Json("""
            {
              "provider": "fake",
              "mode": "classify",
              "prompt": "What is this ticket about? {{ input.text }}",
              "categories": [{ "name": "billing" }, { "name": "support", "description": "Something does not work" }]
            }
            """),
        DefaultRetry = new RetryPolicy { MaxAttempts = 3 },
        Check = CheckSchema,
        PortsOf = config => IsClassifying(config)
            ? StepSchema.ObjectsIn(config, "categories").Select(c => StepSchema.TextOf(c, "name")).OfType<string>().Append(OtherPort)
            : [StepPorts.Out],
    };

    // Found here, it costs nobody a call to a model.
    private static IEnumerable<ConfigProblem> CheckSchema(JsonElement config)
    {
        if (StepSchema.TextOf(config, "mode") != "extract" || !config.TryGetProperty("schema", out var schema))
            return [];
        JsonSchema.TryCompile(schema, out var errors);
        return errors.Select(e => new ConfigProblem(
            "invalid_config", "schema", $"The schema cannot be used: {(e.Path.Length == 0 ? "it" : $"'{e.Path}'")} {e.Message}"));
    }

    private static bool IsClassifying(JsonElement config) => StepSchema.TextOf(config, "mode") == "classify";
}
