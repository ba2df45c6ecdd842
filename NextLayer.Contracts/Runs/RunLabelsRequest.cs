namespace NextLayer.Contracts.Runs;

/// <summary>Body of <c>PUT</c> and <c>PATCH /api/v1/runs/{id}/labels</c>.</summary>
public sealed record RunLabelsRequest
{
    /// <summary>
    /// At most 16; keys of 1 to 63 letters, digits or <c>. _ / -</c>, values of at most 255 characters. <c>PATCH</c> takes
    /// those away whose value is null.
    /// </summary>
    public required IReadOnlyDictionary<string, string?> Labels { get; init; }
}
