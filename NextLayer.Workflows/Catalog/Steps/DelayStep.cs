using System.Text.Json;
using NextLayer.Workflows.Schedules;
using NextLayer.Workflows.Templates;

namespace NextLayer.Workflows.Catalog;

internal static class DelayStep
{
    public static readonly StepType Type = new()
    {
        Type = "delay",
        Label = "Delay",
        Description = "Waits for a time, until a moment, or until a schedule is next due. Holds no worker and survives restarts.",
        Category = "flow",
        Icon = "clock",
        Effect = "none",
        ConfigSchema = StepSchema.Json("""
            {
              "type": "object",
              "properties": {
                "duration": { "type": ["string", "number"], "title": "For", "minimum": 0, "x-ui": { "widget": "duration", "placeholder": "PT5M" } },
                "duration_seconds": { "type": "number", "title": "For seconds", "minimum": 0, "x-ui": { "widget": "hidden" } },
                "until": { "type": "string", "title": "Until", "minLength": 1, "x-ui": { "widget": "date_time", "placeholder": "2026-07-01T09:00:00+02:00" } },
                "until_next": {
                  "type": "object",
                  "title": "Until next",
                  "required": ["cron"],
                  "properties": {
                    "cron": { "type": "string", "minLength": 1, "x-ui": { "widget": "cron" } },
                    "timezone": { "type": "string", "default": "UTC", "x-ui": { "widget": "timezone" } }
                  }
                },
                "max": { "type": ["string", "number"], "title": "At most", "default": "P30D", "x-ui": { "widget": "duration", "group": "advanced" } }
              },
              "oneOf": [{ "required": ["duration"] }, { "required": ["duration_seconds"] }, { "required": ["until"] }, { "required": ["until_next"] }]
            }
            """),
        OutputSchema = StepSchema.Json("""
            {
              "type": "object",
              "properties": {
                "waited_ms": { "type": "integer" },
                "due_at": { "type": "string" },
                "resumed_at": { "type": "string" },
                "late": { "type": "boolean" }
              }
            }
            """),
        Example = StepSchema.Json("""{ "duration": "PT15M" }"""),
        Check = CheckCron,
    };

    private static IEnumerable<ConfigProblem> CheckCron(JsonElement config)
    {
        if (!config.TryGetProperty("until_next", out var next) || StepSchema.TextOf(next, "cron") is not { } cron)
            return [];
        var timezone = StepSchema.TextOf(next, "timezone") ?? "UTC";
        if (TextTemplate.IsIn(cron) || TextTemplate.IsIn(timezone) || CronSchedule.TryParse(cron, timezone, out _, out var error))
            return [];
        return [new ConfigProblem("invalid_config", $"until_next.{error.Field}", $"'until_next.{error.Field}' {error.Message}")];
    }
}
