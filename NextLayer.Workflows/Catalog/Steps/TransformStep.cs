namespace NextLayer.Workflows.Catalog;

internal static class TransformStep
{
    public static readonly StepType Type = new()
    {
        Type = StepTypes.Transform,
        Label = "Transform",
        Description = "Shapes data: builds an object, maps, filters, sorts, groups, merges lists, or parses text.",
        Category = "data",
        Icon = "shuffle",
        Effect = "none",
        ConfigSchema = StepSchema.Json("""
            {
              "type": "object",
              "required": ["mode"],
              "properties": {
                "mode": { "type": "string", "title": "Mode", "enum": ["object", "map", "filter", "sort", "group", "merge", "parse"] },
                "source": { "type": ["array", "string"], "title": "Source", "x-ui": { "placeholder": "{{ fetch.body.orders }}", "visible_if": { "mode": ["map", "filter", "sort", "group", "parse"] } } },
                "output": { "title": "Output", "x-evaluate": "deferred", "x-variables": ["item", "index"], "x-ui": { "widget": "json", "visible_if": { "mode": ["object", "map"] } } },
                "where": { "type": ["string", "boolean"], "title": "Keep where", "x-evaluate": "expression", "x-variables": ["item", "index"], "x-ui": { "widget": "expression", "placeholder": "item.total > 100" } },
                "by": {
                  "type": ["array", "string"],
                  "title": "By",
                  "minItems": 1,
                  "items": {
                    "type": ["string", "object"],
                    "properties": {
                      "field": { "type": "string" },
                      "expression": { "type": "string", "x-evaluate": "expression", "x-variables": ["item", "index"] },
                      "as": { "type": "string" },
                      "order": { "type": "string", "enum": ["asc", "desc"] }
                    }
                  },
                  "x-ui": { "visible_if": { "mode": ["sort", "group"] } }
                },
                "aggregate": {
                  "type": "object",
                  "title": "Aggregate",
                  "additionalProperties": {
                    "type": ["string", "object"],
                    "properties": { "field": { "type": "string" }, "op": { "type": "string", "enum": ["sum", "count", "min", "max", "avg", "first", "collect"] } }
                  },
                  "x-ui": { "visible_if": { "mode": ["group"] } }
                },
                "left": { "type": "array", "title": "Left", "x-ui": { "visible_if": { "mode": ["merge"] } } },
                "right": { "type": "array", "title": "Right", "x-ui": { "visible_if": { "mode": ["merge"] } } },
                "on": { "type": ["string", "array", "object"], "title": "On", "x-ui": { "visible_if": { "mode": ["merge"] } } },
                "how": { "type": "string", "title": "How", "enum": ["inner", "left", "outer"], "default": "inner", "x-ui": { "visible_if": { "mode": ["merge"] } } },
                "format": { "type": "string", "title": "Format", "enum": ["json", "csv", "xml", "text-regex"], "x-ui": { "visible_if": { "mode": ["parse"] } } },
                "delimiter": { "type": "string", "title": "Delimiter", "minLength": 1, "maxLength": 1, "default": ",", "x-ui": { "visible_if": { "format": ["csv"] } } },
                "header": { "type": "boolean", "title": "First line names the columns", "default": true, "x-ui": { "visible_if": { "format": ["csv"] } } },
                "pattern": { "type": "string", "title": "Pattern with named groups", "x-evaluate": "literal", "x-ui": { "visible_if": { "format": ["text-regex"] } } },
                "skip_bad_items": { "type": "boolean", "title": "Skip bad items", "default": false, "x-ui": { "group": "advanced" } }
              },
              "allOf": [
                { "if": { "properties": { "mode": { "const": "object" } }, "required": ["mode"] }, "then": { "required": ["output"] } },
                { "if": { "properties": { "mode": { "const": "map" } }, "required": ["mode"] }, "then": { "required": ["source", "output"] } },
                { "if": { "properties": { "mode": { "const": "filter" } }, "required": ["mode"] }, "then": { "required": ["source", "where"] } },
                { "if": { "properties": { "mode": { "enum": ["sort", "group"] } }, "required": ["mode"] }, "then": { "required": ["source", "by"] } },
                { "if": { "properties": { "mode": { "const": "merge" } }, "required": ["mode"] }, "then": { "required": ["left", "right", "on"] } },
                { "if": { "properties": { "mode": { "const": "parse" } }, "required": ["mode"] }, "then": { "required": ["source", "format"] } },
                { "if": { "properties": { "format": { "const": "text-regex" } }, "required": ["format"] }, "then": { "required": ["pattern"] } }
              ]
            }
            """),
        OutputSchema = StepSchema.Json("""
            {
              "type": "object",
              "properties": {
                "result": {},
                "count": { "type": "integer" },
                "errors": {
                  "type": "array",
                  "items": { "type": "object", "properties": { "index": { "type": "integer" }, "code": { "type": "string" }, "message": { "type": "string" } } }
                }
              }
            }
            """),
        Example = StepSchema.Json("""{ "mode": "map", "source": "{{ input.orders }}", "output": { "id": "{{ item.id }}", "position": "{{ index + 1 }}" } }"""),
    };
}
