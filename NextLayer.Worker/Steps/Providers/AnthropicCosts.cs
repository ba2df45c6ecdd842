using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using NextLayer.Contracts.Providers;
using NextLayer.Worker.Connectors;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Steps.Llm;

namespace NextLayer.Worker.Steps.Providers;

/// <summary>
/// Anthropic's Admin API: <c>GET {base_url}/v1/organizations/usage_report/messages</c> counts tokens by model,
/// <c>GET {base_url}/v1/organizations/cost_report</c> tells the money, in cents. Both take an admin key.
/// </summary>
internal sealed class AnthropicCosts(ProviderHttp http) : ICostProvider
{
    private const string ApiVersion = "2023-06-01";
    private const decimal CentsOfADollar = 100;

    public string Name => "anthropic";

    public IReadOnlyList<string> ConnectorTypes { get; } = ["anthropic"];

    public async IAsyncEnumerable<CostRow> FetchAsync(
        StepContext context, Connector connector, DateOnly date, [EnumeratorCancellation] CancellationToken ct)
    {
        var ask = Asking(context, connector, date);
        await foreach (var result in CursorPages.ReadAsync((page, token) => ask("/v1/organizations/usage_report/messages", "model", page, token), ct))
        {
            foreach (var row in UsageRows(result))
                yield return row;
        }

        await foreach (var result in CursorPages.ReadAsync((page, token) => ask("/v1/organizations/cost_report", "description", page, token), ct))
            yield return CostRow(result);
    }

    private Func<string, string, string?, CancellationToken, Task<JsonElement>> Asking(StepContext context, Connector connector, DateOnly date)
    {
        var baseUrl = LlmHttp.BaseUrl(connector, "https://api.anthropic.com");
        KeyValuePair<string, string>[] headers =
        [
            new("x-api-key", ProviderSecrets.Pick(context, connector, "admin_key", "api_key")),
            new("anthropic-version", ApiVersion),
        ];
        return (path, group, page, ct) =>
        {
            List<KeyValuePair<string, string>> query =
            [
                new("starting_at", Time(date)),
                new("ending_at", Time(date.AddDays(1))),
                new("bucket_width", "1d"),
                new("group_by[]", group),
                new("limit", "31"),
            ];
            if (page is not null)
                query.Add(new("page", page));
            return http.GetAsync(context, ProviderHttp.Address(baseUrl, path, query), headers, ct);
        };
    }

    private static string Time(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + "T00:00:00Z";

    /// <summary>One row for each sort of tokens and tool use, also those that stand in an object of their own.</summary>
    private static IEnumerable<CostRow> UsageRows(JsonElement result, JsonElement? whole = null)
    {
        foreach (var member in result.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Object)
            {
                foreach (var row in UsageRows(member.Value, whole ?? result))
                    yield return row;
            }
            else if (IsCount(member.Name) && ProviderJson.TryDecimal(member.Value) is { } quantity && quantity != 0)
            {
                yield return new CostRow
                {
                    Service = "messages",
                    SkuOrModel = (whole ?? result).Text("model"),
                    Quantity = quantity,
                    Unit = member.Name,
                    Cost = 0,
                    Currency = "USD",
                    Raw = whole ?? result,
                };
            }
        }
    }

    private static bool IsCount(string name) => name.EndsWith("_tokens", StringComparison.Ordinal) || name.EndsWith("_requests", StringComparison.Ordinal);

    private static CostRow CostRow(JsonElement result) => new()
    {
        Service = result.Text("cost_type") ?? "other",
        SkuOrModel = result.Text("model") ?? result.Text("description"),
        Cost = result.Decimal("amount") / CentsOfADollar,
        Currency = result.Currency(),
        Raw = result,
    };
}
