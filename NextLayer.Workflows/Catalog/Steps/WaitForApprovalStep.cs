namespace NextLayer.Workflows.Catalog;

internal static class WaitForApprovalStep
{
    private const string Approved = "approved";
    private const string Rejected = "rejected";

    public static readonly StepType Type = new()
    {
        Type = StepTypes.WaitForApproval,
        Label = "Approval",
        Description = "Pauses the run until people have decided; their answer becomes the output.",
        Category = "flow",
        Icon = "user-check",
        Effect = "by_notify",
        ConfigSchema = StepSchema.Json("""
            {
              "type": "object",
              "properties": {
                "title": { "type": "string", "title": "Title" },
                "instructions": { "type": "string", "title": "Instructions", "x-ui": { "widget": "markdown" } },
                "show": { "type": "array", "title": "Values to show" },
                "approvers": {
                  "type": "object",
                  "title": "Approvers",
                  "properties": {
                    "users": { "type": "array", "items": { "type": "string" } },
                    "groups": { "type": "array", "items": { "type": "string" } },
                    "roles": { "type": "array", "items": { "type": "string" } }
                  }
                },
                "required": { "type": "integer", "title": "Approvals needed", "minimum": 1, "maximum": 100, "default": 1 },
                "reject_on": { "type": "string", "title": "Rejected by", "enum": ["any", "quorum"], "default": "any" },
                "self_approval": { "type": "boolean", "title": "Whoever started the run may decide", "default": false },
                "form": { "type": "object", "title": "Form", "x-evaluate": "literal", "x-ui": { "widget": "json" } },
                "deadline": { "type": ["string", "number"], "title": "Deadline", "x-ui": { "widget": "duration" } },
                "deadline_seconds": { "type": "number", "title": "Deadline in seconds", "minimum": 0, "x-ui": { "widget": "hidden" } },
                "on_deadline": { "type": "string", "title": "At the deadline", "enum": ["reject", "approve", "escalate"], "default": "reject" },
                "escalate_to": { "type": ["array", "string"], "title": "Escalate to", "items": { "type": "string" } },
                "notify": { "type": "array", "title": "Tell these (mail addresses, or web addresses that get a POST)", "items": { "type": "string", "pattern": "@|^https?://" }, "maxItems": 50 },
                "connector": { "type": "string", "title": "SMTP connector for that mail", "x-ui": { "widget": "connector" } }
              },
              "if": { "properties": { "on_deadline": { "const": "escalate" } }, "required": ["on_deadline"] },
              "then": { "required": ["escalate_to"] }
            }
            """),
        OutputPorts = [Approved, Rejected, StepPorts.Error],
        // An edge drawn without a port must not be followed after a rejection.
        DefaultPort = Approved,
        OutputSchema = StepSchema.Json("""
            {
              "type": "object",
              "properties": {
                "approved": { "type": "boolean" },
                "decisions": {
                  "type": "array",
                  "items": {
                    "type": "object",
                    "properties": { "by": { "type": "string" }, "decision": { "type": "string" }, "comment": { "type": "string" }, "at": { "type": "string" } }
                  }
                },
                "data": { "type": "object" },
                "decided_at": { "type": "string" }
              }
            }
            """),
        Example = StepSchema.Json("""{ "title": "Refund {{ input.amount }}?", "approvers": { "roles": ["admin"] }, "deadline": "P2D" }"""),
    };
}
