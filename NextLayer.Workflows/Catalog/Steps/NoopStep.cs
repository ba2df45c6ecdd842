namespace NextLayer.Workflows.Catalog;

internal static class NoopStep
{
    public static readonly StepType Type = new()
    {
        Type = StepTypes.Noop,
        Label = "Nothing",
        Description = "Does nothing and succeeds; a bare name in the short form is one of these.",
        Category = "flow",
        Icon = "circle",
        Effect = "none",
        ConfigSchema = StepSchema.Json("""{ "type": "object" }"""),
        OutputSchema = StepSchema.Json("""{ "type": "object" }"""),
        Example = StepSchema.Json("{}"),
        IsListed = false,
    };
}
