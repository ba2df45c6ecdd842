using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using NextLayer.Contracts.Runs;

namespace NextLayer.Contracts.Providers;

/// <summary>Body of <c>POST /api/runs/{id}/costs/pages</c>: a worker brings rows that a step has fetched. A repeat changes nothing.</summary>
public sealed record StageCostsRequest
{
    public const int MostRows = 1000;
    public const int MostPages = 10_000;

    public required Lease Lease { get; init; }

    [StringLength(200, MinimumLength = 1)]
    public required string StepId { get; init; }

    [Range(1, int.MaxValue)]
    public required int Attempt { get; init; }

    /// <summary>1, 2, 3 … within the attempt.</summary>
    [Range(1, MostPages)]
    public required int Page { get; init; }

    [Length(1, MostRows)]
    public required IReadOnlyList<CostRow> Rows { get; init; }
}

/// <summary>A row of costs or usage. Numbers are decimal from the provider's text to the database.</summary>
public sealed record CostRow
{
    [StringLength(300, MinimumLength = 1)]
    public required string Service { get; init; }

    [StringLength(300)]
    public string? SkuOrModel { get; init; }

    [Range(typeof(decimal), "-1000000000000000", "1000000000000000", ParseLimitsInInvariantCulture = true)]
    public decimal? Quantity { get; init; }

    /// <summary>Of the quantity: <c>input_tokens</c>, <c>hour</c> …</summary>
    [StringLength(100)]
    public string? Unit { get; init; }

    /// <summary>In whole units of the currency; 0 for what is only counted.</summary>
    [Range(typeof(decimal), "-1000000000000", "1000000000000", ParseLimitsInInvariantCulture = true)]
    public required decimal Cost { get; init; }

    /// <summary>ISO 4217: <c>USD</c>.</summary>
    [RegularExpression("^[A-Z]{3}$", ErrorMessage = "must be three capital letters, such as USD.")]
    public required string Currency { get; init; }

    /// <summary>The provider's own row, an object.</summary>
    public required JsonElement Raw { get; init; }
}

/// <summary>Answer of <c>POST /api/runs/{id}/costs/pages</c>.</summary>
public sealed record CostsStaged
{
    public required int Rows { get; init; }
}

/// <summary>
/// Body of <c>POST /api/runs/{id}/costs/load</c>: puts all pages of an attempt in the place of the rows that the pipeline had
/// for the day, in one transaction. A repeat of the same attempt's answers the same.
/// </summary>
public sealed record LoadCostsRequest
{
    public required Lease Lease { get; init; }

    [StringLength(200, MinimumLength = 1)]
    public required string StepId { get; init; }

    [Range(1, int.MaxValue)]
    public required int Attempt { get; init; }

    /// <summary>Pages that were sent; 0 when the day has no rows.</summary>
    [Range(0, StageCostsRequest.MostPages)]
    public required int Pages { get; init; }

    [RegularExpression("^[a-z0-9_-]{1,50}$", ErrorMessage = "must be 1 to 50 small letters, digits, underscores and hyphens.")]
    public required string Provider { get; init; }

    /// <summary>The day, UTC.</summary>
    public required DateOnly UsageDate { get; init; }
}

/// <summary>Answer of <c>POST /api/runs/{id}/costs/load</c>.</summary>
public sealed record CostsLoaded
{
    /// <summary>Rows of this day now: this run's, or those of a run made later, which stay.</summary>
    public required int Rows { get; init; }
}
