using System.Text.Json;

namespace NextLayer.Workflows.Catalog;

internal static class ConditionStep
{
    public static readonly StepType Type = new()
    {
        Type = StepTypes.Condition,
        Label = "Condition",
        Description = "Goes on along one branch: by an expression that is true or false, or by the first case that fits.",
        Category = "logic",
        Icon = "git-branch",
        Effect = "none",
        ConfigSchema = StepSchema.Json("""
            {
              "type": "object",
              "properties": {
                "mode": { "type": "string", "title": "Mode", "enum": ["if", "switch"], "default": "if" },
                "expression": {
                  "type": ["string", "boolean"], "title": "Expression", "minLength": 1, "x-evaluate": "expression",
                  "x-ui": { "widget": "expression", "placeholder": "input.amount > 100", "visible_if": { "mode": ["if"] } }
                },
                "value": { "title": "Value", "x-ui": { "visible_if": { "mode": ["switch"] } } },
                "cases": {
                  "type": "array",
                  "title": "Cases",
                  "minItems": 1,
                  "maxItems": 50,
                  "items": {
                    "type": "object",
                    "required": ["port"],
                    "properties": {
                      "port": { "type": "string", "title": "Port", "pattern": "^[A-Za-z0-9_-]{1,63}$", "x-evaluate": "literal" },
                      "equals": { "title": "Equals" },
                      "in": { "type": "array", "title": "Is one of" },
                      "matches": { "type": "string", "title": "Matches pattern", "x-evaluate": "literal" },
                      "expression": { "type": "string", "title": "Expression", "minLength": 1, "x-evaluate": "expression", "x-variables": ["value"], "x-ui": { "widget": "expression" } }
                    },
                    "oneOf": [{ "required": ["equals"] }, { "required": ["in"] }, { "required": ["matches"] }, { "required": ["expression"] }]
                  },
                  "x-ui": { "visible_if": { "mode": ["switch"] } }
                },
                "first_match": { "type": "boolean", "title": "Only the first case that fits", "default": true, "x-ui": { "visible_if": { "mode": ["switch"] } } }
              },
              "if": { "properties": { "mode": { "const": "switch" } }, "required": ["mode"] },
              "then": { "required": ["cases"] },
              "else": { "required": ["expression"] }
            }
            """),
        OutputPorts = ["true", "false", StepPorts.Error],
        OutputSchema = StepSchema.Json("""
            {
              "type": "object",
              "properties": {
                "result": { "type": "boolean" },
                "matched": { "type": "array", "items": { "type": "string" } },
                "port": { "type": ["string", "null"] }
              }
            }
            """),
        Example = StepSchema.Json("""{ "mode": "if", "expression": "input.amount > 100 && input.country in ['DE', 'AT']" }"""),
        PortsOf = config => IsSwitch(config) ? Cases(config).Append("default") : ["true", "false"],
        RequiredPortsOf = config => IsSwitch(config) ? Cases(config) : ["true", "false"],
        Check = FindReservedPorts,
    };

    private static bool IsSwitch(JsonElement config) => StepSchema.TextOf(config, "mode") == "switch";

    private static IEnumerable<string> Cases(JsonElement config) =>
        StepSchema.ObjectsIn(config, "cases").Select(c => StepSchema.TextOf(c, "port")).OfType<string>();

    private static IEnumerable<ConfigProblem> FindReservedPorts(JsonElement config) => IsSwitch(config)
        ? StepSchema.ObjectsIn(config, "cases")
            .Select((item, index) => (Port: StepSchema.TextOf(item, "port"), index))
            .Where(c => c.Port is StepPorts.Error or StepPorts.Out)
            .Select(c => new ConfigProblem("invalid_config", $"cases[{c.index}].port", $"A case cannot use the port '{c.Port}', which has a meaning of its own."))
        : [];
}
