using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Runs.Labels;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Runs.Reading;

/// <summary>
/// What a list asks, in the terms of the indexes: a range of ids (they hold the time of creation), statuses, and what
/// must be looked at row by row.
/// </summary>
internal sealed record RunListFilter
{
    /// <summary>Least id, inclusive.</summary>
    public Guid FirstId { get; private init; } = Guid.Empty;

    /// <summary>Greatest id, exclusive.</summary>
    public Guid EndId { get; private init; } = Guid.AllBitsSet;

    /// <summary>Null for all.</summary>
    public string[]? Statuses { get; private init; }

    /// <summary>Null for all.</summary>
    public Guid[]? Tenants { get; private init; }

    public Guid? PipelineId { get; private init; }
    public Guid? VersionId { get; private init; }
    public string? TriggerType { get; private init; }

    /// <summary>The type of child runs, which are listed only when it is asked for.</summary>
    public const string ChildTrigger = "for_each";

    /// <summary>Part of the error message; only FAILED and CANCELLED runs have one.</summary>
    public string? ErrorText { get; private init; }

    /// <summary>Worker that holds the run, or was the last to hold it.</summary>
    public string? WorkerId { get; private init; }

    /// <summary>Pairs (<c>key=value</c>) that a run must all have; null for no question.</summary>
    public string[]? Labels { get; private init; }

    /// <summary>Only finished runs that took at least so long.</summary>
    public TimeSpan? MinDuration { get; private init; }

    private static readonly string[] Finished = ["SUCCEEDED", "FAILED", "CANCELLED"];

    /// <summary>The last run of the page before; null for the first page.</summary>
    public Guid? Cursor { get; private init; }

    /// <summary>Null with a problem that names every unusable parameter.</summary>
    /// <param name="scope">The tenants whose runs may be listed.</param>
    public static RunListFilter? TryCreate(RunListQuery query, CallerScope scope, out ProblemHttpResult? problem)
    {
        var errors = new Dictionary<string, string[]>();
        var unknown = query.Status?.Where(status => !EnumText.TryParse<RunStatus>(status, out _)).ToArray() ?? [];
        if (unknown.Length > 0)
            errors["status"] = [$"must be one of {string.Join(", ", EnumText.All<RunStatus>())}."];
        if (query.Cursor is not null && !Guid.TryParseExact(query.Cursor, "N", out _))
            errors["cursor"] = ["must be the next_cursor of an earlier page."];
        if (query.Label is { } labels && (labels.Length > LabelRules.MaxLabels || !labels.All(LabelRules.IsPair)))
            errors["label"] = [$"must be key=value, at most {LabelRules.MaxLabels} times."];
        problem = errors.Count > 0 ? Problems.Invalid(errors) : null;
        return problem is null ? Create(query, scope) : null;
    }

    private static RunListFilter Create(RunListQuery query, CallerScope scope)
    {
        var (first, end) = IdPrefix(query.Q) ?? (Guid.Empty, Guid.AllBitsSet);
        var errorText = string.IsNullOrEmpty(query.Q) || IdPrefix(query.Q) is not null ? null : query.Q;
        var statuses = query.Status is { Length: > 0 } given ? given.Distinct().ToArray() : null;
        if (query.DurationMsMin is not null)
            statuses = [.. (statuses ?? Finished).Intersect(Finished)];
        return new RunListFilter
        {
            FirstId = Max(first, query.CreatedAfter is { } after ? RunIds.FirstAt(after.Value) : Guid.Empty),
            EndId = Min(end, query.CreatedBefore is { } before ? RunIds.FirstAt(before.Value) : Guid.AllBitsSet),
            Statuses = errorText is null ? statuses : [.. (statuses ?? ["FAILED", "CANCELLED"]).Intersect(["FAILED", "CANCELLED"])],
            Tenants = scope.Narrow(query.TenantId)?.ToArray(),
            PipelineId = query.PipelineId,
            VersionId = query.PipelineVersionId,
            TriggerType = query.TriggerType,
            ErrorText = errorText,
            WorkerId = query.WorkerId,
            Labels = query.Label is { Length: > 0 } labels ? labels.Distinct().ToArray() : null,
            MinDuration = query.DurationMsMin is { } least ? TimeSpan.FromMilliseconds(least) : null,
            Cursor = query.Cursor is null ? null : Guid.ParseExact(query.Cursor, "N"),
        };
    }

    private static (Guid First, Guid End)? IdPrefix(string? q)
    {
        var digits = q?.Replace("-", "", StringComparison.Ordinal);
        if (digits is not { Length: >= 6 and <= 32 } || !digits.All(char.IsAsciiHexDigit))
            return null;
        var first = UInt128.Parse(digits.PadRight(32, '0'), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        var last = UInt128.Parse(digits.PadRight(32, 'f'), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return (ToGuid(first), ToGuid(last == UInt128.MaxValue ? last : last + 1));
    }

    private static Guid ToGuid(UInt128 value) => Guid.ParseExact(value.ToString("x32", CultureInfo.InvariantCulture), "N");

    // Guids compare like the bytes of their text, which is Postgres's order too.
    private static Guid Max(Guid a, Guid b) => a.CompareTo(b) >= 0 ? a : b;

    private static Guid Min(Guid a, Guid b) => a.CompareTo(b) <= 0 ? a : b;
}
