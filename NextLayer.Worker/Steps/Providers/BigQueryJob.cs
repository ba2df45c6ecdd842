using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Platform;

namespace NextLayer.Worker.Steps.Providers;

/// <summary>
/// One query through BigQuery's REST: <c>jobs.query</c>, then <c>jobs.getQueryResults</c> while the job is not complete
/// (<c>jobComplete: false</c>) and for every further page (<c>pageToken</c>).
/// </summary>
internal sealed class BigQueryJob(ProviderHttp http, StepContext context, TimeProvider time)
{
    private const int PageRows = 1000;
    private const int WaitMilliseconds = 10_000;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    public required string BaseUrl { get; init; }
    public required string ProjectId { get; init; }
    public required string Token { get; init; }

    /// <summary>Where the data set is; null lets BigQuery find out.</summary>
    public string? Location { get; init; }

    private KeyValuePair<string, string>[] Headers => [new("Authorization", $"Bearer {Token}")];

    /// <summary>The rows of the result as names and texts; null for NULL.</summary>
    /// <param name="sql">GoogleSQL.</param>
    /// <param name="date">Its parameter <c>@date</c>.</param>
    public async IAsyncEnumerable<IReadOnlyDictionary<string, string?>> RunAsync(
        string sql, DateOnly date, [EnumeratorCancellation] CancellationToken ct)
    {
        var answer = await StartAsync(sql, date, ct);
        for (var looks = 1; !IsComplete(answer); looks++)
        {
            await Task.Delay(Backoff.Next(looks, FirstPause, LongestPause), time, ct);
            answer = await PageAsync(answer, null, ct);
        }

        var first = answer;
        var names = Names(first);
        long read = 0;
        while (true)
        {
            foreach (var row in answer.TryGetProperty("rows", out _) ? answer.Items("rows") : [])
            {
                read++;
                yield return Read(names, row);
            }

            if (answer.Text("pageToken") is not { Length: > 0 } next)
                break;
            answer = await PageAsync(first, next, ct);
        }

        if (first.TryGetProperty("totalRows", out var total) && ProviderJson.TryDecimal(total) is { } expected && expected != read)
            throw StepFailure.Of(ProviderCodes.Response, $"BigQuery said there were {expected} rows and gave {read}.", retryable: true);
    }

    private Task<JsonElement> StartAsync(string sql, DateOnly date, CancellationToken ct)
    {
        var body = new Dictionary<string, object>
        {
            ["query"] = sql,
            ["useLegacySql"] = false,
            ["parameterMode"] = "NAMED",
            ["queryParameters"] = new[]
            {
                new { name = "date", parameterType = new { type = "DATE" }, parameterValue = new { value = date.ToString("O") } },
            },
            ["maxResults"] = PageRows,
            ["timeoutMs"] = WaitMilliseconds,
            // Within a quarter of an hour a repeat of the same attempt finds the job instead of paying for another.
            ["requestId"] = RequestId(),
        };
        if (Location is not null)
            body["location"] = Location;
        return http.PostAsync(context, ProviderHttp.Address(BaseUrl, $"/bigquery/v2/projects/{Uri.EscapeDataString(ProjectId)}/queries", []), Headers, body, ct);
    }

    /// <summary>The attempt's own, in the 36 characters that BigQuery takes.</summary>
    private string RequestId() =>
        new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{context.IdempotencyKey}/{context.Epoch}/{context.Attempt}")).AsSpan(0, 16)).ToString();

    private Task<JsonElement> PageAsync(JsonElement started, string? token, CancellationToken ct)
    {
        if (!started.TryGetProperty("jobReference", out var job) || job.Text("jobId") is not { } jobId)
            throw ProviderJson.Unexpected("jobReference.jobId", "a text");
        List<KeyValuePair<string, string>> query = [new("maxResults", $"{PageRows}"), new("timeoutMs", $"{WaitMilliseconds}")];
        if ((job.Text("location") ?? Location) is { } location)
            query.Add(new("location", location));
        if (token is not null)
            query.Add(new("pageToken", token));
        return http.GetAsync(
            context, ProviderHttp.Address(BaseUrl, $"/bigquery/v2/projects/{Uri.EscapeDataString(ProjectId)}/queries/{Uri.EscapeDataString(jobId)}", query), Headers, ct);
    }

    private static bool IsComplete(JsonElement answer) =>
        answer.TryGetProperty("jobComplete", out var complete) && complete.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? complete.GetBoolean()
            : throw ProviderJson.Unexpected("jobComplete", "true or false");

    private static string[] Names(JsonElement answer) =>
        answer.TryGetProperty("schema", out var schema)
            ? [.. schema.Items("fields").Select(field => field.Text("name") ?? throw ProviderJson.Unexpected("schema.fields[].name", "a text"))]
            : throw ProviderJson.Unexpected("schema", "an object");

    // A row is {"f": [{"v": "text"}, …]} in the order of the fields; every scalar is a text.
    private static Dictionary<string, string?> Read(string[] names, JsonElement row)
    {
        var values = row.Items("f").Select(cell => cell.Text("v")).ToList();
        return values.Count == names.Length
            ? names.Zip(values).ToDictionary(pair => pair.First, pair => pair.Second)
            : throw ProviderJson.Unexpected("rows[].f", $"a list of {names.Length} values");
    }
}
