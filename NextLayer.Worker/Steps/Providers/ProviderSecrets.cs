using NextLayer.Worker.Connectors;
using NextLayer.Worker.Execution;

namespace NextLayer.Worker.Steps.Providers;

/// <summary>Where a provider's credentials come from.</summary>
internal static class ProviderSecrets
{
    /// <summary>The first of these that the connector has, as one line, kept out of all that the attempt leaves.</summary>
    /// <exception cref="StepConfigException">It has none of them.</exception>
    public static string Pick(StepContext context, Connector connector, params string[] names)
    {
        var value = names.Select(connector.Config.Text).FirstOrDefault(text => !string.IsNullOrEmpty(text))
            ?? throw new StepConfigException($"The connector of type '{connector.Type}' has no {string.Join(" or ", names)}.");
        context.Secrets.Add(value);
        return value.Any(char.IsControl) ? throw new StepConfigException($"The connector's {names[0]} must be one line.") : value;
    }
}
