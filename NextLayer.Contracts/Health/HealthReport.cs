namespace NextLayer.Contracts.Health;

/// <summary>Answer of <c>GET /health</c>.</summary>
public sealed record HealthReport
{
    /// <summary><c>ok</c>, or <c>unavailable</c> with status 503 when Postgres does not answer.</summary>
    public required string Status { get; init; }

    /// <summary><c>connected</c> or <c>disconnected</c>.</summary>
    public required string Postgres { get; init; }

    /// <summary><c>connected</c>, <c>disconnected</c> or <c>not configured</c>. Everything works without it, only later.</summary>
    public required string Redis { get; init; }
}
