namespace NextLayer.Workflows.Catalog;

internal static class ProviderCostsStep
{
    public static readonly StepType Type = new()
    {
        Type = "provider_costs",
        Label = "Provider Costs",
        Description = "Fetches a day's usage and costs from a provider and puts them in the place of those that were there.",
        Category = "integrations",
        Icon = "receipt",
        Effect = "read",
        ConfigSchema = StepSchema.Json("""
            {
              "type": "object",
              "required": ["provider", "date"],
              "properties": {
                "provider": { "type": "string", "title": "Provider", "enum": ["openai", "anthropic", "gcp"] },
                "date": { "type": "string", "title": "Date", "minLength": 1, "x-ui": { "placeholder": "2026-07-01" } },
                "connector": { "type": "string", "title": "Connector", "x-ui": { "widget": "connector" } },
                "usage": { "type": "array", "title": "Usage of", "items": { "type": "string", "pattern": "^[a-z_]+$" } }
              }
            }
            """),
        OutputSchema = StepSchema.Json("""
            {
              "type": "object",
              "properties": {
                "provider": { "type": "string" },
                "date": { "type": "string" },
                "rows_processed": { "type": "integer" },
                "totals": { "type": "object" }
              }
            }
            """),
        Example = StepSchema.Json("""{ "provider": "openai", "date": "{{ input.date }}" }"""),
        // People run the pipelines of the registry, which are made of it.
        IsListed = false,
    };
}
