namespace NextLayer.Workflows.Catalog;

internal static class ForEachStep
{
    public static readonly StepType Type = new()
    {
        Type = StepTypes.ForEach,
        Label = "For Each",
        Description = "Runs its body, or another workflow, for every item, several at a time; results keep the order of the items.",
        Category = "logic",
        Icon = "repeat",
        Effect = "by_body",
        ConfigSchema = StepSchema.Json("""
            {
              "type": "object",
              "required": ["items"],
              "properties": {
                "items": {
                  "title": "Items",
                  "oneOf": [
                    { "type": "array" },
                    { "type": "object", "required": ["range"], "properties": { "range": { "type": ["integer", "array"] } } }
                  ],
                  "x-ui": { "placeholder": "{{ fetch.body.orders }}" }
                },
                "body": { "type": "object", "title": "Body", "x-evaluate": "literal", "x-ui": { "widget": "workflow" } },
                "workflow_id": { "type": "string", "title": "Workflow" },
                "version": { "type": "integer", "title": "Version", "minimum": 1 },
                "concurrency": { "type": "integer", "title": "At a time", "minimum": 1, "maximum": 50, "default": 5 },
                "batch_size": { "type": "integer", "title": "Items per child run", "minimum": 1, "maximum": 1000, "default": 1 },
                "max_items": { "type": "integer", "title": "Most items", "minimum": 1, "maximum": 10000, "default": 10000, "x-ui": { "group": "advanced" } },
                "on_item_error": { "type": "string", "title": "When an item fails", "enum": ["fail_fast", "collect", "ignore"], "default": "fail_fast" },
                "max_failures": { "type": "integer", "title": "Failures to bear", "minimum": 0, "x-ui": { "group": "advanced" } },
                "output": { "title": "Result per item", "x-evaluate": "deferred", "x-variables": ["item", "index", "result"], "x-ui": { "widget": "json" } }
              },
              "oneOf": [{ "required": ["body"] }, { "required": ["workflow_id"] }]
            }
            """),
        OutputSchema = StepSchema.Json("""
            {
              "type": "object",
              "properties": {
                "results": { "type": "array" },
                "count": { "type": "integer" },
                "succeeded": { "type": "integer" },
                "failed": { "type": "integer" },
                "errors": {
                  "type": "array",
                  "items": { "type": "object", "properties": { "index": { "type": "integer" }, "code": { "type": "string" }, "message": { "type": "string" } } }
                }
              }
            }
            """),
        Example = StepSchema.Json("""
            {
              "items": "{{ input.orders }}",
              "body": { "nodes": [{ "id": "notify", "type": "webhook", "data": { "config": { "url": "https://example.com/hook", "payload": "{{ item }}" } } }], "edges": [] },
              "concurrency": 5
            }
            """),
    };
}
