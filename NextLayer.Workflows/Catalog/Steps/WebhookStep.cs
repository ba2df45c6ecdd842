using NextLayer.Workflows.Retries;

namespace NextLayer.Workflows.Catalog;

internal static class WebhookStep
{
    public static readonly StepType Type = new()
    {
        Type = "webhook",
        Label = "Webhook",
        Description = "Posts a signed event to another system, with the same delivery id on every attempt.",
        Category = "integrations",
        Icon = "webhook",
        Effect = "write",
        ConfigSchema = StepSchema.Json("""
            {
              "type": "object",
              "anyOf": [ { "required": ["url"] }, { "required": ["connector"] } ],
              "properties": {
                "connector": { "type": "string", "title": "Connector", "x-ui": { "widget": "connector" } },
                "url": { "type": "string", "title": "Address", "minLength": 1 },
                "event": { "type": "string", "title": "Event name", "default": "workflow.event" },
                "payload": { "title": "Payload", "x-ui": { "widget": "json" } },
                "headers": { "type": "object", "title": "Headers", "additionalProperties": { "type": ["string", "number", "boolean"] }, "x-ui": { "widget": "key_value" } },
                "secret": { "type": "string", "title": "Signing secret", "x-ui": { "widget": "secret", "placeholder": "{{ secrets.webhook_signing }}" } },
                "success_codes": { "type": "string", "title": "Success codes", "default": "200-299", "x-ui": { "group": "advanced" } }
              }
            }
            """),
        OutputSchema = StepSchema.Json("""
            {
              "type": "object",
              "properties": {
                "status_code": { "type": "integer" },
                "body": { "type": "string" },
                "delivery_id": { "type": "string" }
              }
            }
            """),
        Example = StepSchema.Json("""{ "url": "https://example.com/hooks/orders", "event": "order.shipped", "payload": { "order_id": "{{ input.order_id }}" } }"""),
        DefaultRetry = new RetryPolicy { MaxAttempts = 5 },
    };
}
