using System.Collections.Concurrent;
using System.Globalization;

namespace NextLayer.Demo.Providers;

/// <summary>Makes the stand-ins misbehave as the real ones do: each fault answers one call.</summary>
internal sealed class ProviderFaults
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Fault>> next = new();

    /// <summary>Calls of each provider so far, faults included.</summary>
    public ConcurrentDictionary<string, int> Calls { get; } = new();

    /// <param name="provider"><c>openai</c>, <c>anthropic</c>, <c>token</c> or <c>bigquery</c>.</param>
    /// <param name="status">Such as 429 or 503.</param>
    /// <param name="retryAfterSeconds">Null sends no <c>Retry-After</c>.</param>
    public void Add(string provider, int status, int? retryAfterSeconds = 0) =>
        next.GetOrAdd(provider, _ => new()).Enqueue(new Fault(status, retryAfterSeconds));

    /// <summary>Sets status and headers when it is this call's turn to fail.</summary>
    public bool TryFail(string provider, HttpContext context)
    {
        Calls.AddOrUpdate(provider, 1, (_, calls) => calls + 1);
        if (!next.TryGetValue(provider, out var faults) || !faults.TryDequeue(out var fault))
            return false;
        context.Response.StatusCode = fault.Status;
        if (fault.RetryAfterSeconds is { } seconds)
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return true;
    }

    private sealed record Fault(int Status, int? RetryAfterSeconds);
}
