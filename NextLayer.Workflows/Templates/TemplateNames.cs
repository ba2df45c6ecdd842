namespace NextLayer.Workflows.Templates;

/// <summary>The names every template can use; a step with such an id is reached through <c>steps</c> only.</summary>
internal static class TemplateNames
{
    public const string Input = "input";
    public const string Steps = "steps";
    public const string Run = "run";
    public const string Secrets = "secrets";
    public const string Item = "item";
    public const string Index = "index";

    public static bool IsAlwaysThere(string name) => name is Input or Steps or Run or Secrets;
}
