namespace NextLayer.Contracts.Registry;

/// <summary>One page of a list, newest first. The number of all items is in header <c>X-Total-Count</c>.</summary>
public sealed record Page<T>
{
    public required IReadOnlyList<T> Items { get; init; }
    public required int Limit { get; init; }
    public required int Offset { get; init; }

    /// <summary>Number of items on this page.</summary>
    public required int Count { get; init; }
}
