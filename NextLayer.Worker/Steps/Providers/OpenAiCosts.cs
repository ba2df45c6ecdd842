using System.Runtime.CompilerServices;
using System.Text.Json;
using NextLayer.Contracts.Providers;
using NextLayer.Worker.Connectors;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Steps.Llm;

namespace NextLayer.Worker.Steps.Providers;

/// <summary>
/// OpenAI's organisation API: <c>GET {base_url}/organization/usage/{kind}</c> counts tokens and requests by model,
/// <c>GET {base_url}/organization/costs</c> tells the money by line item. Both take an admin key.
/// </summary>
internal sealed class OpenAiCosts(ProviderHttp http) : ICostProvider
{
    private static readonly string[] UsageKinds = ["completions", "embeddings"];

    public string Name => "openai";

    public IReadOnlyList<string> ConnectorTypes { get; } = ["openai"];

    public async IAsyncEnumerable<CostRow> FetchAsync(
        StepContext context, Connector connector, DateOnly date, [EnumeratorCancellation] CancellationToken ct)
    {
        var ask = Asking(context, connector, date);
        var kinds = new StepConfig(context.Config).Texts("usage") is { Count: > 0 } named ? named : UsageKinds;
        foreach (var kind in kinds)
        {
            await foreach (var result in CursorPages.ReadAsync((page, token) => ask($"/organization/usage/{kind}", "model", page, token), ct))
            {
                foreach (var row in UsageRows(kind, result))
                    yield return row;
            }
        }

        await foreach (var result in CursorPages.ReadAsync((page, token) => ask("/organization/costs", "line_item", page, token), ct))
            yield return CostRow(result);
    }

    private Func<string, string, string?, CancellationToken, Task<JsonElement>> Asking(StepContext context, Connector connector, DateOnly date)
    {
        var baseUrl = LlmHttp.BaseUrl(connector, "https://api.openai.com/v1");
        var start = new DateTimeOffset(date, TimeOnly.MinValue, TimeSpan.Zero);
        List<KeyValuePair<string, string>> headers = [new("Authorization", $"Bearer {ProviderSecrets.Pick(context, connector, "admin_key", "api_key")}")];
        if (connector.Config.Text("organization") is { Length: > 0 } organization)
            headers.Add(new("OpenAI-Organization", organization));
        return (path, group, page, ct) =>
        {
            List<KeyValuePair<string, string>> query =
            [
                new("start_time", $"{start.ToUnixTimeSeconds()}"),
                new("end_time", $"{start.AddDays(1).ToUnixTimeSeconds()}"),
                new("bucket_width", "1d"),
                new("group_by[]", group),
                new("limit", "31"),
            ];
            if (page is not null)
                query.Add(new("page", page));
            return http.GetAsync(context, ProviderHttp.Address(baseUrl, path, query), headers, ct);
        };
    }

    // One row for each thing that is counted; the money is told apart from it, by line item.
    private static IEnumerable<CostRow> UsageRows(string kind, JsonElement result) =>
        from member in result.EnumerateObject()
        where member.Name.EndsWith("_tokens", StringComparison.Ordinal) || member.Name is "num_model_requests" or "images" or "seconds" or "characters"
        let quantity = ProviderJson.TryDecimal(member.Value)
        where quantity is not null && quantity != 0
        select new CostRow
        {
            Service = kind,
            SkuOrModel = result.Text("model"),
            Quantity = quantity,
            Unit = member.Name == "num_model_requests" ? "requests" : member.Name,
            Cost = 0,
            Currency = "USD",
            Raw = result,
        };

    private static CostRow CostRow(JsonElement result)
    {
        if (!result.TryGetProperty("amount", out var amount))
            throw ProviderJson.Unexpected("amount", "an object");
        var item = result.Text("line_item");
        return new CostRow
        {
            // "gpt-4o, input" belongs to gpt-4o.
            Service = item?.Split(',')[0].Trim() is { Length: > 0 } service ? service : "other",
            SkuOrModel = item,
            Quantity = result.TryGetProperty("quantity", out var quantity) ? ProviderJson.TryDecimal(quantity) : null,
            Cost = amount.Decimal("value"),
            Currency = amount.Currency(),
            Raw = result,
        };
    }
}
