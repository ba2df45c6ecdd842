using NextLayer.Demo.Providers;

namespace NextLayer.Demo.Seeding;

/// <summary>The connectors that lead to the stand-ins, by their type.</summary>
internal static class ProviderConnectors
{
    /// <param name="here">Address of this program, without a slash at its end.</param>
    public static IReadOnlyDictionary<string, object> All(ProviderKeys keys, string here) => new Dictionary<string, object>
    {
        ["openai"] = new { base_url = $"{here}/providers/openai/v1", api_key = keys.OpenAi },
        ["anthropic"] = new { base_url = $"{here}/providers/anthropic", api_key = keys.Anthropic },
        ["bigquery"] = new
        {
            base_url = $"{here}/providers/google",
            billing_table = ProviderKeys.BillingTable,
            service_account = keys.KeyFile($"{here}/providers/google/token"),
        },
    };
}
