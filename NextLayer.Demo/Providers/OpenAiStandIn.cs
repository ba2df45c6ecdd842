using System.Globalization;

namespace NextLayer.Demo.Providers;

/// <summary>Stands in for OpenAI's organisation API: usage and costs by day, with its paging and its errors.</summary>
internal static class OpenAiStandIn
{
    public static void MapOpenAi(this IEndpointRouteBuilder app)
    {
        var organization = app.MapGroup("/providers/openai/v1/organization");
        organization.MapGet("/usage/completions", (HttpContext context, ProviderKeys keys, ProviderFaults faults) => Answer(context, keys, faults, Completions));
        organization.MapGet("/usage/{kind}", (HttpContext context, ProviderKeys keys, ProviderFaults faults) => Answer(context, keys, faults, _ => []));
        // What a test of the connection reads.
        organization.MapGet("/projects", (HttpContext context, ProviderKeys keys) => IsKnown(context, keys)
            ? Results.Json(new { @object = "list", data = Array.Empty<object>(), first_id = (string?)null, last_id = (string?)null, has_more = false })
            : Unknown());
        organization.MapGet("/costs", (HttpContext context, ProviderKeys keys, ProviderFaults faults) => Answer(context, keys, faults, Costs));
    }

    private static IEnumerable<object> Completions(DateOnly day) => ProviderBooks.OpenAi(day).Select(use => new Dictionary<string, object?>
    {
        ["object"] = "organization.usage.completions.result",
        ["input_tokens"] = use.InputTokens,
        ["output_tokens"] = use.OutputTokens,
        ["input_cached_tokens"] = 0,
        ["input_audio_tokens"] = 0,
        ["output_audio_tokens"] = 0,
        ["num_model_requests"] = use.Requests,
        ["project_id"] = null,
        ["user_id"] = null,
        ["api_key_id"] = null,
        ["model"] = use.Model,
        ["batch"] = null,
    });

    private static IEnumerable<object> Costs(DateOnly day) => ProviderBooks.OpenAi(day).SelectMany(use => new[]
    {
        Cost($"{use.Model}, input", use.InputCost),
        Cost($"{use.Model}, output", use.OutputCost),
    });

    private static Dictionary<string, object?> Cost(string item, decimal value) => new()
    {
        ["object"] = "organization.costs.result",
        ["amount"] = new Dictionary<string, object> { ["value"] = value, ["currency"] = "usd" },
        ["line_item"] = item,
        ["project_id"] = null,
    };

    private static IResult Answer(HttpContext context, ProviderKeys keys, ProviderFaults faults, Func<DateOnly, IEnumerable<object>> results)
    {
        if (faults.TryFail("openai", context))
            return context.Response.StatusCode == 429
                ? Error(429, "Rate limit reached for organization. Please try again later.", "requests", "rate_limit_exceeded")
                : Error(context.Response.StatusCode, "The server had an error while processing your request. Sorry about that!", "server_error", null);
        if (!IsKnown(context, keys))
            return Unknown();
        var query = context.Request.Query;
        if (!long.TryParse(query["start_time"], CultureInfo.InvariantCulture, out var start) || query["bucket_width"] != "1d")
            return Error(400, "Missing required parameter: 'start_time'.", "invalid_request_error", "missing_required_parameter");
        return Page(DateTimeOffset.FromUnixTimeSeconds(start), query["page"], [.. results(DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeSeconds(start).UtcDateTime))]);
    }

    private static bool IsKnown(HttpContext context, ProviderKeys keys) => context.Request.Headers.Authorization == $"Bearer {keys.OpenAi}";

    private static IResult Unknown() =>
        Error(401, "Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys.", "invalid_request_error", "invalid_api_key");

    private static IResult Page(DateTimeOffset start, string? cursor, List<object> all)
    {
        var from = cursor is null ? 0 : int.Parse(cursor["page_".Length..], CultureInfo.InvariantCulture);
        var more = from + ProviderBooks.PageSize < all.Count;
        return Results.Json(new Dictionary<string, object?>
        {
            ["object"] = "page",
            ["data"] = new[]
            {
                new Dictionary<string, object>
                {
                    ["object"] = "bucket",
                    ["start_time"] = start.ToUnixTimeSeconds(),
                    ["end_time"] = start.AddDays(1).ToUnixTimeSeconds(),
                    ["results"] = all.Skip(from).Take(ProviderBooks.PageSize),
                },
            },
            ["has_more"] = more,
            ["next_page"] = more ? $"page_{from + ProviderBooks.PageSize}" : null,
        });
    }

    private static IResult Error(int status, string message, string type, string? code) =>
        Results.Json(new { error = new { message, type, param = (string?)null, code } }, statusCode: status);
}
