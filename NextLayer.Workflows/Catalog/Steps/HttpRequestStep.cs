using NextLayer.Workflows.Retries;

namespace NextLayer.Workflows.Catalog;

internal static class HttpRequestStep
{
    public static readonly StepType Type = new()
    {
        Type = "http_request",
        Label = "HTTP Request",
        Description = "Calls a web address and gives back what it answers.",
        Category = "integrations",
        Icon = "globe",
        Effect = "by_method",
        ConfigSchema = StepSchema.Json("""
            {
              "type": "object",
              "required": ["method", "url"],
              "properties": {
                "connector": { "type": "string", "title": "Connector", "x-ui": { "widget": "connector" } },
                "method": { "type": "string", "title": "Method", "enum": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"], "default": "GET" },
                "url": { "type": "string", "title": "Address", "minLength": 1, "x-ui": { "placeholder": "https://api.example.com/orders" } },
                "query": { "type": "object", "title": "Query", "x-ui": { "widget": "key_value" } },
                "headers": { "type": "object", "title": "Headers", "additionalProperties": { "type": ["string", "number", "boolean"] }, "x-ui": { "widget": "key_value" } },
                "body_type": { "type": "string", "title": "Body type", "enum": ["none", "json", "form", "text"], "default": "none" },
                "body": { "title": "Body", "x-ui": { "widget": "json", "visible_if": { "body_type": ["json", "form", "text"] } } },
                "auth": { "type": "string", "title": "Authentication", "enum": ["none", "basic", "bearer", "header", "connector"], "default": "none" },
                "auth_config": {
                  "type": "object",
                  "title": "Credentials",
                  "properties": {
                    "username": { "type": "string" },
                    "password": { "type": "string", "x-ui": { "widget": "secret" } },
                    "token": { "type": "string", "x-ui": { "widget": "secret" } },
                    "header": { "type": "string" },
                    "value": { "type": "string", "x-ui": { "widget": "secret" } }
                  },
                  "x-ui": { "visible_if": { "auth": ["basic", "bearer", "header"] } }
                },
                "follow_redirects": { "type": "boolean", "title": "Follow redirects", "default": true, "x-ui": { "group": "advanced" } },
                "success_codes": { "type": "string", "title": "Success codes", "default": "200-299", "pattern": "^\\s*[1-5][0-9]{2}(-[1-5][0-9]{2})?(\\s*,\\s*[1-5][0-9]{2}(-[1-5][0-9]{2})?)*\\s*$", "x-ui": { "group": "advanced" } },
                "response": { "type": "string", "title": "Read answer as", "enum": ["auto", "json", "text", "base64"], "default": "auto", "x-ui": { "group": "advanced" } },
                "max_bytes": { "type": "integer", "title": "Largest answer in bytes", "minimum": 1, "maximum": 10485760, "default": 1048576, "x-ui": { "group": "advanced" } },
                "paginate": {
                  "type": "object",
                  "title": "Paging",
                  "properties": {
                    "next_url": { "type": "string", "title": "Path of the next page's address in the answer" },
                    "param": { "type": "string", "title": "Query parameter that counts pages" },
                    "items_path": { "type": "string", "title": "Path of the items in the answer" },
                    "max_pages": { "type": "integer", "minimum": 1, "maximum": 1000, "default": 10 }
                  },
                  "x-ui": { "group": "advanced" }
                }
              },
              "allOf": [
                { "if": { "properties": { "auth": { "const": "connector" } }, "required": ["auth"] }, "then": { "required": ["connector"] } },
                { "if": { "properties": { "auth": { "enum": ["basic", "bearer", "header"] } }, "required": ["auth"] }, "then": { "required": ["auth_config"] } }
              ]
            }
            """),
        OutputSchema = StepSchema.Json("""
            {
              "type": "object",
              "properties": {
                "status_code": { "type": "integer" },
                "headers": { "type": "object" },
                "body": {},
                "duration_ms": { "type": "integer" },
                "url": { "type": "string" }
              }
            }
            """),
        Example = StepSchema.Json("""{ "method": "GET", "url": "https://api.example.com/orders/{{ input.order_id }}", "headers": { "Accept": "application/json" } }"""),
        DefaultRetry = new RetryPolicy { MaxAttempts = 3 },
    };
}
