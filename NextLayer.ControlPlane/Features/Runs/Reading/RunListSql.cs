namespace NextLayer.ControlPlane.Features.Runs.Reading;

/// <summary>
/// The statements of the list, put together once from fixed pieces. Each is a merge of exact walks down an index: one
/// for every tenant, version or trigger type and every status asked for, newest first, each no longer than the page
/// needs. At a million runs the first page of any of them takes a few milliseconds, and so does one behind a cursor.
/// </summary>
/// <remarks>
/// $1 first id, $2 end id, $3 rows each walk may give, $4 rows in all, $5 rows to leave out, $6 statuses, $7 tenants,
/// $8 pipeline, $9 version, $10 trigger type, $11 pattern of the error message.
/// </remarks>
internal static class RunListSql
{
    // Of the newest so many failed, and cancelled, runs the error messages are searched.
    private const int MaxSearched = 5_000;

    // Rows a walk looks at one by one for the total; what lies behind them is not counted.
    private const int MaxLookedForTotal = 2_000;

    private const string Walked = "SELECT r.id FROM pipeline_runs r WHERE |range| ORDER BY |order| LIMIT $3";

    // What the index does not tell is asked of each row on the way, so that the walk ends with the page's last match.
    // Asked from outside, about a walk without an end, it lets the planner fetch and sort all runs of the tenant: 350 ms
    // instead of 1 ms when tried with 50,000.
    private const string Filtered = "SELECT r.id FROM pipeline_runs r WHERE |range| AND |asked| ORDER BY |order| LIMIT $3";

    // A for-each of ten thousand items would leave no room for anything else: child runs are listed where they are asked for.
    private const string IsListed = $"(r.parent_run_id IS NULL OR $10 = '{RunListFilter.ChildTrigger}')";

    // The collation makes case a matter of ASCII letters: on every database the same, and twice as quick.
    private const string ErrorFits = """r.error_message COLLATE "C" ILIKE $11""";

    // A walk that has to end without having found enough. The number stands in the text: the planner must know it.
    private const string Bounded = """
        SELECT r.id FROM (SELECT |columns| FROM pipeline_runs r WHERE |range| ORDER BY |order| LIMIT |looked|) r
        WHERE |asked| ORDER BY |order| LIMIT $3
        """;

    private const string PerStatus = "FROM unnest($6::text[]) AS s (status) CROSS JOIN LATERAL (|walk|) r";

    private const string Versions = """
        (SELECT v.id FROM pipeline_versions v
         WHERE ($7::uuid[] IS NULL OR v.tenant_id = ANY ($7)) AND ($8::uuid IS NULL OR v.pipeline_id = $8) AND ($9::uuid IS NULL OR v.id = $9)) v
        """;

    private static readonly Dictionary<(Scope, Look), Statements> All =
        (from scope in Enum.GetValues<Scope>() from look in Enum.GetValues<Look>() select (scope, look))
        .ToDictionary(key => key, key => new Statements(
            Page(Source(key.scope, key.look, isPage: true)), Count(Source(key.scope, key.look, isPage: false))));

    /// <summary>Which index the walks go down.</summary>
    private enum Scope
    {
        Everything,
        Status,
        Tenant,
        Version,
        Trigger,
    }

    /// <summary>What is asked of the rows, beyond what the index knows.</summary>
    private enum Look
    {
        Nothing,
        Columns,
        ErrorText,
    }

    public static Statements For(RunListFilter filter) => All[(ScopeOf(filter), LookOf(filter))];

    private static Scope ScopeOf(RunListFilter filter) => filter switch
    {
        { VersionId: not null } or { PipelineId: not null } => Scope.Version,
        // The types that most runs have are not in the index, and found soon without.
        { TriggerType: not (null or "manual" or "api") } => Scope.Trigger,
        { Tenants: not null } => Scope.Tenant,
        { Statuses: not null } => Scope.Status,
        _ => Scope.Everything,
    };

    private static Look LookOf(RunListFilter filter) => filter switch
    {
        { ErrorText: not null } => Look.ErrorText,
        { TriggerType: not null } => Look.Columns,
        _ => Look.Nothing,
    };

    private static string Source(Scope scope, Look look, bool isPage)
    {
        var walk = look switch
        {
            Look.Nothing => Walked,
            Look.Columns when isPage => Filtered,
            _ => Bounded,
        };
        return scope switch
        {
            Scope.Everything => $"FROM ({Walk(walk, look, [], [])}) r",
            Scope.Status => EachStatus(Walk(walk, look, ["r.status"], ["s.status"])),
            Scope.Tenant => EachStatus(Walk(walk, look, ["r.tenant_id", "r.status"], ["t.id", "s.status"]))
                .Replace("FROM unnest", "FROM unnest($7::uuid[]) AS t (id) CROSS JOIN unnest", StringComparison.Ordinal),
            Scope.Trigger => EachStatus(Walk(walk, look, ["r.trigger_type", "r.status"], ["$10", "s.status"], "r.trigger_type NOT IN ('manual', 'api') AND ")),
            _ => EachStatus(Walk(walk, look, ["r.pipeline_version_id", "r.status"], ["v.id", "s.status"]))
                .Replace("FROM unnest", $"FROM {Versions} CROSS JOIN unnest", StringComparison.Ordinal),
        };
    }

    private static string EachStatus(string walk) => PerStatus.Replace("|walk|", walk, StringComparison.Ordinal);

    // Rows are compared whole, and ordered by the whole key, though its first columns are equal: with plain equalities
    // the planner would see that the primary key gives the order too, and walk a million rows down it for the one status.
    private static string Walk(string walk, Look look, string[] columns, string[] values, string indexed = "")
    {
        string[] keys = [.. columns, "r.id"];
        var asked = Asked(look).Where(question => !keys.Contains(question.Column)).ToArray();
        var key = string.Join(", ", keys);
        var first = string.Join(", ", values.Append("$1"));
        var end = string.Join(", ", values.Append("$2"));
        return walk
            .Replace("|range|", $"{indexed}({key}) >= ({first}) AND ({key}) < ({end}) AND {IsListed}", StringComparison.Ordinal)
            .Replace("|order|", string.Join(", ", keys.Select(column => $"{column} DESC")), StringComparison.Ordinal)
            .Replace("|looked|", $"{(look == Look.ErrorText ? MaxSearched : MaxLookedForTotal)}", StringComparison.Ordinal)
            .Replace("|columns|", string.Join(", ", keys.Concat(asked.Select(question => question.Column))), StringComparison.Ordinal)
            .Replace("|asked|", string.Join(" AND ", asked.Select(question => question.Sql)), StringComparison.Ordinal);
    }

    // A column of the walk's key is not asked for again: that would be the plain equality.
    private static IEnumerable<(string Column, string Sql)> Asked(Look look)
    {
        yield return ("r.tenant_id", "($7::uuid[] IS NULL OR r.tenant_id = ANY ($7))");
        yield return ("r.trigger_type", "($10::text IS NULL OR r.trigger_type = $10)");
        if (look == Look.ErrorText)
            yield return ("r.error_message", ErrorFits);
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
