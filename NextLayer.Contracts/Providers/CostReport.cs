using System.Text.Json.Serialization;

namespace NextLayer.Contracts.Providers;

/// <summary>Answer of <c>GET /api/v1/costs</c>. Money is a decimal in a text, so that no reader makes a floating-point number of it.</summary>
public sealed record CostReport
{
    /// <summary>First day, UTC.</summary>
    public required DateOnly From { get; init; }

    /// <summary>Last day, UTC.</summary>
    public required DateOnly To { get; init; }

    /// <summary><c>provider</c>, <c>service</c> or <c>sku_or_model</c>.</summary>
    public required string GroupBy { get; init; }

    /// <summary>Sums of the whole stretch, by provider and currency.</summary>
    public required IReadOnlyList<CostTotal> Totals { get; init; }

    /// <summary>By day, provider, group and currency, in that order; at most 10,000.</summary>
    public required IReadOnlyList<CostItem> Items { get; init; }

    /// <summary>True where there are more items than are shown. The totals are whole all the same.</summary>
    public required bool Truncated { get; init; }
}

/// <summary>What a provider cost.</summary>
public sealed record CostTotal
{
    public required string Provider { get; init; }

    /// <summary>ISO 4217: <c>USD</c>.</summary>
    public required string Currency { get; init; }

    [JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)]
    public required decimal Cost { get; init; }
}

/// <summary>What a group cost on a day.</summary>
public sealed record CostItem
{
    public required DateOnly Date { get; init; }
    public required string Provider { get; init; }

    /// <summary>A service, SKU or model; the provider where nothing else is grouped by. Null for costs of no SKU or model.</summary>
    public string? Group { get; init; }

    /// <summary>ISO 4217: <c>USD</c>.</summary>
    public required string Currency { get; init; }

    [JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)]
    public required decimal Cost { get; init; }
}
