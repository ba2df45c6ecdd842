using System.Globalization;

namespace NextLayer.Demo.Providers;

/// <summary>Stands in for Anthropic's Admin API: the usage report and the cost report, with their paging and errors.</summary>
internal static class AnthropicStandIn
{
    public static void MapAnthropic(this IEndpointRouteBuilder app)
    {
        var organizations = app.MapGroup("/providers/anthropic/v1/organizations");
        organizations.MapGet("/usage_report/messages", (HttpContext context, ProviderKeys keys, ProviderFaults faults) => Answer(context, keys, faults, Usage));
        // What a test of the connection reads.
        organizations.MapGet("/me", (HttpContext context, ProviderKeys keys) => IsKnown(context, keys)
            ? Results.Json(new { id = "12345678-1234-5678-1234-567812345678", type = "organization", name = "Demo" })
            : Unknown());
        organizations.MapGet("/cost_report", (HttpContext context, ProviderKeys keys, ProviderFaults faults) => Answer(context, keys, faults, Costs));
    }

    private static IEnumerable<object> Usage(DateOnly day) => ProviderBooks.Anthropic(day).Select(use => new Dictionary<string, object?>
    {
        ["uncached_input_tokens"] = use.InputTokens,
        ["cache_creation"] = new { ephemeral_1h_input_tokens = 0, ephemeral_5m_input_tokens = use.InputTokens / 10 },
        ["cache_read_input_tokens"] = use.InputTokens / 5,
        ["output_tokens"] = use.OutputTokens,
        ["server_tool_use"] = new { web_search_requests = 0 },
        ["api_key_id"] = null,
        ["workspace_id"] = null,
        ["model"] = use.Model,
        ["service_tier"] = null,
        ["context_window"] = null,
    });

    private static IEnumerable<object> Costs(DateOnly day) => ProviderBooks.Anthropic(day).SelectMany(use => new[]
    {
        Cost(use.Model, "Input Tokens", "uncached_input_tokens", use.InputCost),
        Cost(use.Model, "Output Tokens", "output_tokens", use.OutputCost),
    });

    private static Dictionary<string, object?> Cost(string model, string what, string tokenType, decimal dollars) => new()
    {
        ["currency"] = "USD",
        // Cents, as a text.
        ["amount"] = (dollars * 100).ToString(CultureInfo.InvariantCulture),
        ["workspace_id"] = null,
        ["description"] = $"{model} Usage - {what}",
        ["cost_type"] = "tokens",
        ["context_window"] = "0-200k",
        ["model"] = model,
        ["service_tier"] = "standard",
        ["token_type"] = tokenType,
    };

    private static IResult Answer(HttpContext context, ProviderKeys keys, ProviderFaults faults, Func<DateOnly, IEnumerable<object>> results)
    {
        if (faults.TryFail("anthropic", context))
            return context.Response.StatusCode switch
            {
                429 => Error(429, "rate_limit_error", "This request would exceed your organization's rate limit."),
                529 => Error(529, "overloaded_error", "Overloaded"),
                var status => Error(status, "api_error", "Internal server error"),
            };
        if (!IsKnown(context, keys))
            return Unknown();
        if (context.Request.Headers["anthropic-version"].Count == 0)
            return Error(400, "invalid_request_error", "anthropic-version: header is required");
        if (!DateTimeOffset.TryParse(context.Request.Query["starting_at"], CultureInfo.InvariantCulture, out var start))
            return Error(400, "invalid_request_error", "starting_at: Field required");
        return Page(start, context.Request.Query["page"], [.. results(DateOnly.FromDateTime(start.UtcDateTime))]);
    }

    private static bool IsKnown(HttpContext context, ProviderKeys keys) => context.Request.Headers["x-api-key"] == keys.Anthropic;

    private static IResult Unknown() => Error(401, "authentication_error", "invalid x-api-key");

    private static IResult Page(DateTimeOffset start, string? cursor, List<object> all)
    {
        var from = cursor is null ? 0 : int.Parse(cursor["page_".Length..], CultureInfo.InvariantCulture);
        var more = from + ProviderBooks.PageSize < all.Count;
        return Results.Json(new Dictionary<string, object?>
        {
            ["data"] = new[]
            {
                new
                {
                    starting_at = Time(start),
                    ending_at = Time(start.AddDays(1)),
                    results = all.Skip(from).Take(ProviderBooks.PageSize),
                },
            },
            ["has_more"] = more,
            ["next_page"] = more ? $"page_{from + ProviderBooks.PageSize}" : null,
        });
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static IResult Error(int status, string type, string message) =>
        Results.Json(new { type = "error", error = new { type, message } }, statusCode: status);
}
