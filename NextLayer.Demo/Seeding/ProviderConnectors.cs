using System.Text.Json;
using NextLayer.Demo.Providers;

namespace NextLayer.Demo.Seeding;

/// <summary>A connector that leads to a stand-in: what everybody may see of it, and what nobody is shown.</summary>
internal sealed record ProviderConnector(IReadOnlyDictionary<string, string> Config, IReadOnlyDictionary<string, string> Secrets);

/// <summary>The connectors that lead to the stand-ins, by their type.</summary>
internal static class ProviderConnectors
{
    /// <param name="here">Address of this program, without a slash at its end.</param>
    public static IReadOnlyDictionary<string, ProviderConnector> All(ProviderKeys keys, string here) => new Dictionary<string, ProviderConnector>
    {
        ["openai"] = new(
            new Dictionary<string, string> { ["base_url"] = $"{here}/providers/openai/v1" },
            new Dictionary<string, string> { ["api_key"] = keys.OpenAi }),
        ["anthropic"] = new(
            new Dictionary<string, string> { ["base_url"] = $"{here}/providers/anthropic" },
            new Dictionary<string, string> { ["api_key"] = keys.Anthropic }),
        ["bigquery"] = new(
            new Dictionary<string, string> { ["base_url"] = $"{here}/providers/google", ["billing_table"] = ProviderKeys.BillingTable },
            new Dictionary<string, string> { ["service_account"] = JsonSerializer.Serialize(keys.KeyFile($"{here}/providers/google/token")) }),
    };
}
