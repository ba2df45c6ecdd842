namespace NextLayer.ControlPlane.Features.Runs.Reading;

/// <summary>
/// The statements of the list, put together once from fixed pieces. Each is a merge of exact walks down an index: one
/// for every tenant or version and every status asked for, newest first, each no longer than the page needs. At a million
/// runs the first page of any of them takes a few milliseconds, and so does one behind a cursor.
/// </summary>
/// <remarks>
/// $1 first id, $2 end id, $3 rows each walk may give, $4 rows in all, $5 rows to leave out, $6 statuses, $7 tenant,
/// $8 pipeline, $9 version, $10 trigger type, $11 pattern of the error message, $12 rows each walk may look at.
/// </remarks>
internal static class RunListSql
{
    /// <summary>Of the newest so many failed, and cancelled, runs the error messages are searched.</summary>
    public const int MaxSearched = 5_000;

    /// <summary>Rows a walk looks at one by one for the total; what lies behind them is not counted.</summary>
    public const int MaxLookedForTotal = 20_000;

    // Rows that must be looked at one by one.
    private const string Looked = """
        SELECT w.id FROM (
            SELECT r.id, r.trigger_type, r.error_message FROM pipeline_runs r WHERE |range| ORDER BY |order| LIMIT $12
        ) w
        WHERE ($10::text IS NULL OR w.trigger_type = $10) AND ($11::text IS NULL OR w.error_message ILIKE $11)
        ORDER BY w.id DESC LIMIT $3
        """;

    private const string Walked = "SELECT r.id FROM pipeline_runs r WHERE |range| ORDER BY |order| LIMIT $3";

    private const string PerStatus = "FROM unnest($6::text[]) AS s (status) CROSS JOIN LATERAL (|walk|) r";

    private const string Versions = """
        (SELECT v.id FROM pipeline_versions v
         WHERE ($7::uuid IS NULL OR v.tenant_id = $7) AND ($8::uuid IS NULL OR v.pipeline_id = $8) AND ($9::uuid IS NULL OR v.id = $9)) v
        """;

    private static readonly Dictionary<(Scope, bool), Statements> All =
        (from scope in Enum.GetValues<Scope>() from looked in new[] { false, true } select (scope, looked))
        .ToDictionary(key => key, key => new Statements(Page(Source(key.scope, key.looked)), Count(Source(key.scope, key.looked))));

    /// <summary>Which index the walks go down.</summary>
    private enum Scope
    {
        Everything,
        Status,
        Tenant,
        Version,
        Trigger,
    }

    public static Statements For(RunListFilter filter) => All[ScopeOf(filter) is var scope && scope == Scope.Trigger
        ? (scope, false)
        : (scope, filter.LooksAtRows)];

    private static Scope ScopeOf(RunListFilter filter) => filter switch
    {
        { VersionId: not null } or { PipelineId: not null } => Scope.Version,
        { TenantId: not null } => Scope.Tenant,
        { Statuses: not null } => Scope.Status,
        // The types that most runs have are not in the index, and found soon without.
        { TriggerType: not (null or "manual" or "api") } => Scope.Trigger,
        _ => Scope.Everything,
    };

    private static string Source(Scope scope, bool looked)
    {
        var walk = looked ? Looked : Walked;
        return scope switch
        {
            Scope.Everything => $"FROM ({Walk(walk, [], [])}) r",
            Scope.Trigger => $"FROM ({Walk(walk, ["r.trigger_type"], ["$10"]).Replace("WHERE", "WHERE r.trigger_type NOT IN ('manual', 'api') AND", StringComparison.Ordinal)}) r",
            Scope.Status => PerStatus.Replace("|walk|", Walk(walk, ["r.status"], ["s.status"]), StringComparison.Ordinal),
            Scope.Tenant => PerStatus.Replace("|walk|", Walk(walk, ["r.tenant_id", "r.status"], ["$7", "s.status"]), StringComparison.Ordinal),
            _ => PerStatus.Replace("|walk|", Walk(walk, ["r.pipeline_version_id", "r.status"], ["v.id", "s.status"]), StringComparison.Ordinal)
                .Replace("FROM unnest", $"FROM {Versions} CROSS JOIN unnest", StringComparison.Ordinal),
        };
    }

    // Rows are compared whole, and ordered by the whole key, though its first columns are equal: with plain equalities
    // the planner would see that the primary key gives the order too, and walk a million rows down it for the one status.
    private static string Walk(string walk, string[] columns, string[] values)
    {
        var key = string.Join(", ", columns.Append("r.id"));
        var first = string.Join(", ", values.Append("$1"));
        var end = string.Join(", ", values.Append("$2"));
        return walk
            .Replace("|range|", $"({key}) >= ({first}) AND ({key}) < ({end})", StringComparison.Ordinal)
            .Replace("|order|", string.Join(", ", columns.Append("r.id").Select(column => $"{column} DESC")), StringComparison.Ordinal);
    }

    private static string Page(string source) => $"""
        WITH page AS (SELECT r.id {source} ORDER BY r.id DESC LIMIT $4 OFFSET $5)
        SELECT {RunRows.Columns}
        FROM page JOIN pipeline_runs r ON r.id = page.id LEFT JOIN run_inputs i ON i.run_id = r.id
        ORDER BY r.id DESC
        """;

    private static string Count(string source) => $"SELECT count(*) FROM (SELECT 1 {source} LIMIT $4 OFFSET $5) counted";

    public sealed record Statements(string Page, string Count);
}
