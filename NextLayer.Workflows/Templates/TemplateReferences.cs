using System.Text.Json;
using NextLayer.Workflows.Catalog;
using NextLayer.Workflows.Definitions;
using NextLayer.Workflows.Expressions;

namespace NextLayer.Workflows.Templates;

/// <summary>What the templates and expressions of a step name, as far as it is written out: <c>secrets[input.x]</c> is not.</summary>
/// <param name="Steps">Ids of steps whose output or status they read; an unknown name counts as one.</param>
/// <param name="Secrets">Names of secrets.</param>
public sealed record TemplateReferences(IReadOnlySet<string> Steps, IReadOnlySet<string> Secrets)
{
    /// <summary>Finds what a config names. A text that does not compile names nothing.</summary>
    /// <param name="config">The config as written.</param>
    /// <param name="type">The step's type; null looks into every string.</param>
    public static TemplateReferences Find(JsonElement config, StepType? type) => Find(ConfigText.OfStep(config, type, "", []));

    /// <summary>As the other, of a whole step: its <c>when</c> too.</summary>
    public static TemplateReferences Find(StepDefinition step, StepType? type)
    {
        var texts = ConfigText.OfStep(step.Config, type, "", []);
        return Find(step.When is { } when ? texts.Append(new ConfigText("when", when, IsExpression: true, [])) : texts);
    }

    private static TemplateReferences Find(IEnumerable<ConfigText> texts)
    {
        var steps = new HashSet<string>(StringComparer.Ordinal);
        var secrets = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            foreach (var reference in ReferencesIn(text))
            {
                if (reference.Root == TemplateNames.Secrets)
                    secrets.UnionWith(reference.Keys.Take(1));
                else if (reference.Root == TemplateNames.Steps)
                    steps.UnionWith(reference.Keys.Take(1));
                else if (!TemplateNames.IsAlwaysThere(reference.Root) && !text.Variables.Contains(reference.Root))
                    steps.Add(reference.Root);
            }
        }
        return new TemplateReferences(steps, secrets);
    }

    private static List<CelReference> ReferencesIn(ConfigText text)
    {
        try
        {
            return [.. text.Compile().SelectMany(CelReference.In)];
        }
        catch (CelException)
        {
            return [];
        }
    }
}
