namespace NextLayer.Workflows.Catalog;

internal static class SendEmailStep
{
    public static readonly StepType Type = new()
    {
        Type = "send_email",
        Label = "Send Email",
        Description = "Sends a mail through an SMTP connector.",
        Category = "integrations",
        Icon = "mail",
        Effect = "write",
        ConfigSchema = StepSchema.Json("""
            {
              "type": "object",
              "required": ["to", "subject"],
              "properties": {
                "connector": { "type": "string", "title": "SMTP connector", "x-ui": { "widget": "connector" } },
                "to": { "type": ["array", "string"], "title": "To", "items": { "type": "string", "minLength": 3 }, "minItems": 1, "x-ui": { "widget": "addresses" } },
                "cc": { "type": ["array", "string"], "title": "Cc", "items": { "type": "string" }, "x-ui": { "widget": "addresses", "group": "advanced" } },
                "bcc": { "type": ["array", "string"], "title": "Bcc", "items": { "type": "string" }, "x-ui": { "widget": "addresses", "group": "advanced" } },
                "from": { "type": "string", "title": "From", "x-ui": { "group": "advanced" } },
                "reply_to": { "type": "string", "title": "Reply to", "x-ui": { "group": "advanced" } },
                "subject": { "type": "string", "title": "Subject", "minLength": 1 },
                "text": { "type": "string", "title": "Text", "x-ui": { "widget": "textarea", "rows": 8 } },
                "html": { "type": "string", "title": "HTML", "x-ui": { "widget": "code", "language": "html" } },
                "attachments": {
                  "type": "array",
                  "title": "Attachments",
                  "maxItems": 20,
                  "items": {
                    "type": "object",
                    "required": ["name", "content"],
                    "properties": {
                      "name": { "type": "string", "minLength": 1 },
                      "content": { "type": "string" },
                      "content_type": { "type": "string" },
                      "encoding": { "type": "string", "enum": ["text", "base64"], "default": "text" }
                    }
                  },
                  "x-ui": { "group": "advanced" }
                }
              },
              "anyOf": [{ "required": ["text"] }, { "required": ["html"] }]
            }
            """),
        OutputSchema = StepSchema.Json("""
            {
              "type": "object",
              "properties": {
                "sent": { "type": "boolean" },
                "message_id": { "type": "string" },
                "accepted": { "type": "array", "items": { "type": "string" } },
                "rejected": { "type": "array", "items": { "type": "string" } },
                "transport": { "type": "string" }
              }
            }
            """),
        Example = StepSchema.Json("""{ "to": ["{{ input.email }}"], "subject": "Your order {{ input.order_id }}", "text": "It is on its way." }"""),
    };
}
