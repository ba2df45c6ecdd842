namespace NextLayer.Workflows.Expressions;

/// <summary>A failure travelling as a value, so that <c>||</c>, <c>&amp;&amp;</c>, <c>all</c> and <c>exists</c> can absorb it.</summary>
internal sealed record CelError(CelErrorCode Code, string Message, int Position = -1, string? Path = null);
