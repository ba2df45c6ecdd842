using System.Collections.Concurrent;

namespace NextLayer.ControlPlane.Features.Runs.Reading;

/// <summary>
/// The statements of the list, each put together once from fixed pieces. Each is a merge of exact walks down an index: one
/// for every tenant, version, worker or trigger type and every status asked for, newest first, each no longer than the page
/// needs. At a million runs the first page of any of them takes a few milliseconds, and so does one behind a cursor.
/// </summary>
/// <remarks>
/// $1 first id, $2 end id, $3 rows each walk may give, $4 rows in all, $5 rows to leave out, $6 statuses, $7 tenants,
/// $8 pipeline, $9 version, $10 trigger type, $11 pattern of the error message, $12 worker, $13 least duration, $14 labels.
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

    // Down the runs of one label; what else is asked, other labels among it, is asked of each.
    private const string Labelled = """
        SELECT r.id FROM run_labels l JOIN pipeline_runs r ON r.id = l.run_id
        WHERE |range| AND |asked| ORDER BY l.label DESC, l.run_id DESC LIMIT $3
        """;

    private const string LabelledBounded = """
        SELECT r.id FROM (SELECT l.run_id FROM run_labels l WHERE |range| ORDER BY l.label DESC, l.run_id DESC LIMIT |looked|) l
        JOIN pipeline_runs r ON r.id = l.run_id WHERE |asked| ORDER BY r.id DESC LIMIT $3
        """;

    // The tenant is compared by itself, see OfWorker.
    private const string OfLabel = "l.tenant_id = t.id AND (l.label, l.run_id) >= (($14::text[])[1], $1) AND (l.label, l.run_id) < (($14::text[])[1], $2)";

    // A walk that has to end without having found enough. The number stands in the text: the planner must know it.
    private const string Bounded = """
        SELECT r.id FROM (SELECT |columns| FROM pipeline_runs r WHERE |range| ORDER BY |order| LIMIT |looked|) r
        WHERE |asked| ORDER BY |order| LIMIT $3
        """;

    private const string PerStatus = "FROM |each|unnest($6::text[]) AS s (status) CROSS JOIN LATERAL (|walk|) r";

    // The words of the indexes pipeline_runs_took_…, the longest first.
    private static readonly (Scope Scope, TimeSpan Least, string Words)[] Lengths =
    [
        (Scope.Hour, TimeSpan.FromHours(1), "1h"),
        (Scope.TenMinutes, TimeSpan.FromMinutes(10), "10m"),
        (Scope.Minute, TimeSpan.FromMinutes(1), "1m"),
        (Scope.TenSeconds, TimeSpan.FromSeconds(10), "10s"),
        (Scope.Second, TimeSpan.FromSeconds(1), "1s"),
    ];

    private const string Length = "r.finished_at - r.started_at";

    // The words of the index pipeline_runs_worker.
    private const string LeftByWorker = "r.claimed_by IS NOT NULL AND r.status <> 'RUNNING' AND r.parent_run_id IS NULL AND r.claimed_by = $12 AND r.tenant_id = t.id AND ";

    private const string Versions = """
        (SELECT v.id FROM pipeline_versions v
         WHERE ($7::uuid[] IS NULL OR v.tenant_id = ANY ($7)) AND ($8::uuid IS NULL OR v.pipeline_id = $8) AND ($9::uuid IS NULL OR v.id = $9)) v
        """;

    private const string GivenTenants = "unnest($7::uuid[]) AS t (id)";

    private const string AllTenants = "(SELECT t.id FROM tenants t) t";

    private static readonly ConcurrentDictionary<(Scope, Look), Statements> All = new();

    /// <summary>Which index the walks go down.</summary>
    private enum Scope
    {
        Everything,
        Status,
        Tenant,
        Version,
        Trigger,
        Worker,
        Label,

        // Runs that took at least so long.
        Second,
        TenSeconds,
        Minute,
        TenMinutes,
        Hour,
    }

    /// <summary>What is asked of the rows, beyond what the index knows.</summary>
    [Flags]
    private enum Look
    {
        Nothing = 0,
        Tenant = 1,
        Trigger = 2,
        ErrorText = 4,
        Version = 8,
        Status = 16,
        Worker = 32,
        Duration = 64,
        Labels = 128,
    }

    public static Statements For(RunListFilter filter)
    {
        var scope = ScopeOf(filter);
        return All.GetOrAdd((scope, LookOf(filter, scope)), static key => Make(key.Item1, key.Item2));
    }

    private static Scope ScopeOf(RunListFilter filter) => filter switch
    {
        { Labels: not null } => Scope.Label,
        // Long runs are few among all, those of a pipeline are not.
        { MinDuration: { } least, ErrorText: null, TriggerType: not RunListFilter.ChildTrigger } when Lengths.Any(each => each.Least <= least) =>
            Lengths.First(each => each.Least <= least).Scope,
        { WorkerId: not null, TriggerType: not RunListFilter.ChildTrigger } => Scope.Worker,
        { VersionId: not null } or { PipelineId: not null } => Scope.Version,
        // The types that most runs have are not in the index, and found soon without.
        { TriggerType: not (null or "manual" or "api") } => Scope.Trigger,
        { Tenants: not null } => Scope.Tenant,
        { Statuses: not null } => Scope.Status,
        _ => Scope.Everything,
    };

    private static Look LookOf(RunListFilter filter, Scope scope) =>
        Asked(Look.Tenant, filter.Tenants is not null && scope != Scope.Version)
        | Asked(Look.Trigger, filter.TriggerType is not null && scope != Scope.Trigger)
        | Asked(Look.ErrorText, filter.ErrorText is not null)
        | Asked(Look.Version, (filter.VersionId ?? filter.PipelineId) is not null && scope != Scope.Version)
        // All long runs have ended, in one of three ways.
        | Asked(Look.Status, filter.Statuses is not null && (scope == Scope.Label || (scope >= Scope.Second && filter.Statuses.Length < 3)))
        | Asked(Look.Labels, filter.Labels is { Length: > 1 })
        | Asked(Look.Worker, filter.WorkerId is not null && scope != Scope.Worker)
        | Asked(Look.Duration, filter.MinDuration is { } least && !Lengths.Any(each => each.Scope == scope && each.Least == least));

    private static Look Asked(Look what, bool isAsked) => isAsked ? what : Look.Nothing;

    private static Statements Make(Scope scope, Look look) =>
        new(Page(Source(scope, look, isPage: true)), Count(Source(scope, look, isPage: false)), Beyond(look, scope) == Look.Nothing);

    // What the walks' own keys answer need not be asked.
    private static Look Beyond(Look look, Scope scope) =>
        scope is Scope.Tenant or >= Scope.Worker ? look & ~Look.Tenant : look;

    private static string Source(Scope scope, Look look, bool isPage)
    {
        var asked = Beyond(look, scope);
        var walk = asked == Look.Nothing ? Walked : isPage && !look.HasFlag(Look.ErrorText) ? Filtered : Bounded;
        var tenants = look.HasFlag(Look.Tenant) ? GivenTenants : AllTenants;
        return scope switch
        {
            Scope.Everything => $"FROM ({Walk(walk, asked, [], [])}) r",
            Scope.Status => EachStatus(Walk(walk, asked, ["r.status"], ["s.status"])),
            Scope.Tenant => EachStatus(Walk(walk, asked, ["r.tenant_id", "r.status"], ["t.id", "s.status"]), $"{GivenTenants} CROSS JOIN "),
            Scope.Trigger => EachStatus(Walk(walk, asked, ["r.trigger_type", "r.status"], ["$10", "s.status"], "r.trigger_type NOT IN ('manual', 'api') AND ")),
            Scope.Version => EachStatus(Walk(walk, asked, ["r.pipeline_version_id", "r.status"], ["v.id", "s.status"]), $"{Versions} CROSS JOIN "),
            Scope.Worker => OfWorker(walk, look, tenants),
            Scope.Label => $"FROM {tenants} CROSS JOIN LATERAL ({WalkLabel(walk == Bounded ? LabelledBounded : Labelled, asked)}) r",
            _ => $"FROM {tenants} CROSS JOIN LATERAL ({Walk(walk, asked, ["r.tenant_id"], ["t.id"], LongerThan(scope), "")}) r",
        };
    }

    private static string EachStatus(string walk, string each = "") =>
        PerStatus.Replace("|each|", each, StringComparison.Ordinal).Replace("|walk|", walk, StringComparison.Ordinal);

    private static string LongerThan(Scope scope) =>
        $"{Length} >= '{Lengths.First(each => each.Scope == scope).Words}'::interval AND r.parent_run_id IS NULL AND ";

    // What it holds now is found by the status: no installation executes so many runs at once that this were long. Worker and
    // tenant are compared one by one: of a comparison of whole rows Postgres heeds no more than the first column when it
    // decides where the walk ends, and a worker without runs of the tenant would be walked to its end.
    private static string OfWorker(string walk, Look look, string tenants)
    {
        var left = Walk(walk, Beyond(look, Scope.Worker), ["r.status"], ["s.status"], LeftByWorker, "");
        var held = Walk(walk == Walked ? Filtered : walk, look | Look.Worker, ["r.status"], ["s.status"]);
        return $"""
            FROM (
                SELECT r.id {EachStatus(left, $"{tenants} CROSS JOIN ")} WHERE s.status <> 'RUNNING'
                UNION ALL
                SELECT r.id {EachStatus(held)} WHERE s.status = 'RUNNING'
            ) r
            """;
    }

    private static string WalkLabel(string walk, Look look) => walk
        .Replace("|range|", OfLabel, StringComparison.Ordinal)
        .Replace("|looked|", $"{(look.HasFlag(Look.ErrorText) ? MaxSearched : MaxLookedForTotal)}", StringComparison.Ordinal)
        .Replace("|asked|", string.Join(" AND ", Questions(look).Select(question => question.Sql).Prepend(IsListed)), StringComparison.Ordinal);

    // Rows are compared whole, and ordered by the whole key, though its first columns are equal: with plain equalities
    // the planner would see that the primary key gives the order too, and walk a million rows down it for the one status.
    private static string Walk(string walk, Look look, string[] columns, string[] values, string indexed = "", string listed = $" AND {IsListed}")
    {
        string[] keys = [.. columns, "r.id"];
        var questions = Questions(look).ToArray();
        var key = string.Join(", ", keys);
        var first = string.Join(", ", values.Append("$1"));
        var end = string.Join(", ", values.Append("$2"));
        return walk
            .Replace("|range|", $"{indexed}({key}) >= ({first}) AND ({key}) < ({end}){listed}", StringComparison.Ordinal)
            .Replace("|order|", string.Join(", ", keys.Select(column => $"{column} DESC")), StringComparison.Ordinal)
            .Replace("|looked|", $"{(look.HasFlag(Look.ErrorText) ? MaxSearched : MaxLookedForTotal)}", StringComparison.Ordinal)
            .Replace("|columns|", string.Join(", ", keys.Concat(questions.SelectMany(question => question.Columns)).Distinct()), StringComparison.Ordinal)
            .Replace("|asked|", string.Join(" AND ", questions.Select(question => question.Sql)), StringComparison.Ordinal);
    }

    private static IEnumerable<(string[] Columns, string Sql)> Questions(Look look)
    {
        if (look.HasFlag(Look.Tenant))
            yield return (["r.tenant_id"], "r.tenant_id = ANY ($7)");
        if (look.HasFlag(Look.Version))
            yield return (["r.pipeline_version_id"], $"r.pipeline_version_id = ANY (ARRAY(SELECT v.id FROM {Versions}))");
        if (look.HasFlag(Look.Status))
            yield return (["r.status"], "r.status = ANY ($6)");
        if (look.HasFlag(Look.Labels))
            yield return (["r.id"], "NOT EXISTS (SELECT FROM unnest($14::text[]) AS w (label) WHERE NOT EXISTS (SELECT FROM run_labels o WHERE o.run_id = r.id AND o.label = w.label))");
        if (look.HasFlag(Look.Duration))
            yield return (["r.finished_at", "r.started_at"], $"{Length} >= $13");
        if (look.HasFlag(Look.Worker))
            yield return (["r.claimed_by"], "r.claimed_by = $12");
        if (look.HasFlag(Look.Trigger))
            yield return (["r.trigger_type"], "r.trigger_type = $10");
        if (look.HasFlag(Look.ErrorText))
            yield return (["r.error_message"], ErrorFits);
    }

    private static string Page(string source) => $"""
        WITH page AS (SELECT r.id {source} ORDER BY r.id DESC LIMIT $4 OFFSET $5)
        SELECT {RunRows.Columns}
        FROM page JOIN pipeline_runs r ON r.id = page.id LEFT JOIN run_inputs i ON i.run_id = r.id
        ORDER BY r.id DESC
        """;

    private static string Count(string source) => $"SELECT count(*) FROM (SELECT 1 {source} LIMIT $4 OFFSET $5) counted";

    /// <param name="CountsAll">False when a count ends before all rows were looked at.</param>
    public sealed record Statements(string Page, string Count, bool CountsAll);
}
