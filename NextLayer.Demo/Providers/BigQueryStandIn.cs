using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace NextLayer.Demo.Providers;

/// <summary>
/// Stands in for BigQuery's <c>jobs.query</c> and <c>jobs.getQueryResults</c> over one table, a billing export. It runs no
/// SQL: it answers what the one query that is asked of it would give. Every second job is not complete at once.
/// </summary>
internal sealed class BigQueryStandIn(GoogleTokens tokens, ProviderFaults faults)
{
    private const int LongestRequestId = 36;

    private static readonly (string Name, string Type)[] Fields =
    [
        ("service", "STRING"), ("sku", "STRING"), ("sku_id", "STRING"), ("project_id", "STRING"), ("unit", "STRING"), ("currency", "STRING"),
        ("quantity", "NUMERIC"), ("cost", "NUMERIC"),
    ];

    private readonly ConcurrentDictionary<string, DateOnly> jobs = new();
    private int started;

    public IResult Query(HttpContext context, string project, JsonElement body)
    {
        if (Refuse(context) is { } refusal)
            return refusal;
        if (project != ProviderKeys.ProjectId)
            return Error(403, $"Access Denied: Project {project}: User does not have bigquery.jobs.create permission in project {project}.", "accessDenied", "PERMISSION_DENIED");
        if (body.TryGetProperty("requestId", out var requestId) && requestId.GetString() is { Length: > LongestRequestId } tooLong)
            return Error(400, $"Invalid value for requestId: {tooLong} is longer than {LongestRequestId} characters.", "invalid", "INVALID_ARGUMENT");
        var sql = body.GetProperty("query").GetString()!; // The real one refuses a query without one too.
        if (!sql.Contains($"`{ProviderKeys.BillingTable}`", StringComparison.Ordinal))
            return Error(404, $"Not found: Table {sql.Split('`').ElementAtOrDefault(1)} was not found in location EU", "notFound", "NOT_FOUND");
        var date = body.GetProperty("queryParameters")[0].GetProperty("parameterValue").GetProperty("value").GetString()!;
        var number = Interlocked.Increment(ref started);
        var jobId = $"job_{number}";
        jobs[jobId] = DateOnly.ParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture);
        return number % 2 == 0
            ? Results.Json(new { kind = "bigquery#queryResponse", jobReference = Reference(jobId), jobComplete = false })
            : Page(jobId, 0, "bigquery#queryResponse");
    }

    public IResult PageOf(HttpContext context, string jobId)
    {
        if (Refuse(context) is { } refusal)
            return refusal;
        if (!jobs.ContainsKey(jobId))
            return Error(404, $"Not found: Job {ProviderKeys.ProjectId}:EU.{jobId}", "notFound", "NOT_FOUND");
        var token = context.Request.Query["pageToken"].ToString();
        return Page(jobId, token.Length == 0 ? 0 : int.Parse(token, CultureInfo.InvariantCulture), "bigquery#getQueryResultsResponse");
    }

    private IResult Page(string jobId, int from, string kind)
    {
        var all = ProviderBooks.Gcp(jobs[jobId]).OrderBy(use => use.Service, StringComparer.Ordinal).ThenBy(use => use.Sku, StringComparer.Ordinal).ToList();
        var answer = new Dictionary<string, object>
        {
            ["kind"] = kind,
            ["schema"] = new { fields = Fields.Select(field => new { name = field.Name, type = field.Type, mode = "NULLABLE" }) },
            ["jobReference"] = Reference(jobId),
            ["totalRows"] = all.Count.ToString(CultureInfo.InvariantCulture),
            ["rows"] = all.Skip(from).Take(ProviderBooks.PageSize).Select(Row),
            ["jobComplete"] = true,
            ["cacheHit"] = false,
        };
        if (from + ProviderBooks.PageSize < all.Count)
            answer["pageToken"] = (from + ProviderBooks.PageSize).ToString(CultureInfo.InvariantCulture);
        return Results.Json(answer);
    }

    private static object Row(ProviderBooks.SkuUse use)
    {
        string[] values =
        [
            use.Service, use.Sku, use.SkuId, ProviderKeys.ProjectId, use.Unit, "USD",
            use.Quantity.ToString("0.#########", CultureInfo.InvariantCulture), use.Cost.ToString(CultureInfo.InvariantCulture),
        ];
        return new { f = values.Select(value => new { v = value }) };
    }

    private static object Reference(string jobId) => new { projectId = ProviderKeys.ProjectId, jobId, location = "EU" };

    private IResult? Refuse(HttpContext context)
    {
        if (faults.TryFail("bigquery", context))
            return context.Response.StatusCode == 403
                ? Error(403, "Exceeded rate limits: too many api requests per user per method for this user_method.", "rateLimitExceeded", "PERMISSION_DENIED")
                : Error(context.Response.StatusCode, "The service is currently unavailable.", "backendError", "UNAVAILABLE");
        return tokens.Accepts(context.Request.Headers.Authorization)
            ? null
            : Error(401, "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.", "authError", "UNAUTHENTICATED");
    }

    private static IResult Error(int code, string message, string reason, string status) => Results.Json(
        new { error = new { code, message, errors = new[] { new { message, domain = "global", reason } }, status } }, statusCode: code);
}
