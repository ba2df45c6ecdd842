using System.ComponentModel.DataAnnotations;

namespace NextLayer.Contracts.Runs;

/// <summary>Filters of the runs list that a tenant keeps under a name, for all who see its runs.</summary>
public sealed record RunView
{
    /// <summary>Unique in its tenant.</summary>
    public required string Name { get; init; }

    /// <summary>The list's address from its question mark on: <c>?status=FAILED&amp;window=24h</c>.</summary>
    public required string Search { get; init; }

    /// <summary>Who saved it last, as the audit log names them.</summary>
    public required string SavedBy { get; init; }

    public required DateTimeOffset SavedAt { get; init; }
}

/// <summary>Body of <c>PUT /api/v1/run-views/{name}</c>.</summary>
public sealed record SaveRunViewRequest
{
    [StringLength(2000, MinimumLength = 1)]
    [RegularExpression(@"\?[\x21-\x7e]*", ErrorMessage = "must be the query of an address, as ?status=FAILED.")]
    public required string Search { get; init; }
}
