namespace NextLayer.Workflows.Catalog;

internal static class WaitForEventStep
{
    public static readonly StepType Type = new()
    {
        Type = "wait_for_event",
        Label = "Wait for Event",
        Description = "Pauses the run until an event of this name arrives that fits, or the time is over.",
        Category = "flow",
        Icon = "bell",
        Effect = "none",
        ConfigSchema = StepSchema.Json("""
            {
              "type": "object",
              "required": ["event"],
              "properties": {
                "event": { "type": "string", "title": "Event", "minLength": 1 },
                "match": { "type": ["string", "boolean"], "title": "Only when", "x-evaluate": "expression", "x-variables": ["payload", "event"], "x-ui": { "widget": "expression", "placeholder": "payload.order_id == input.order_id" } },
                "correlation_key": { "type": ["string", "number"], "title": "Correlation key" },
                "timeout": { "type": ["string", "number"], "title": "At most", "default": "P7D", "x-ui": { "widget": "duration" } },
                "timeout_seconds": { "type": "number", "title": "At most seconds", "minimum": 0, "x-ui": { "widget": "hidden" } },
                "on_timeout": { "type": "string", "title": "When the time is over", "enum": ["fail", "continue"], "default": "fail" },
                "lookback": { "type": ["string", "number"], "title": "Count events from before", "default": "PT10M", "x-ui": { "widget": "duration", "group": "advanced" } },
                "count": { "type": "integer", "title": "Events needed", "minimum": 1, "maximum": 1000, "default": 1 }
              }
            }
            """),
        OutputSchema = StepSchema.Json("""
            {
              "type": "object",
              "properties": {
                "payload": {},
                "payloads": { "type": "array" },
                "event_id": { "type": "string" },
                "received_at": { "type": "string" },
                "timed_out": { "type": "boolean" }
              }
            }
            """),
        Example = StepSchema.Json("""{ "event": "payment.received", "correlation_key": "{{ input.order_id }}", "timeout": "P3D" }"""),
    };
}
