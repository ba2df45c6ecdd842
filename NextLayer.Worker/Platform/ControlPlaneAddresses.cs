using NextLayer.ServiceDefaults;

namespace NextLayer.Worker.Platform;

/// <summary>
/// Where control planes answer. A worker stays with one, so that its calls meet in the same batches, and turns to the
/// next when that one cannot be reached; different workers begin with different ones.
/// </summary>
internal sealed class ControlPlaneAddresses
{
    public const string Default = "http://localhost:8000";

    private readonly Uri[] all;
    private int current;

    public ControlPlaneAddresses(IReadOnlyList<Uri> addresses, string workerId)
    {
        all = [.. addresses];
        current = (int)((uint)workerId.GetHashCode(StringComparison.Ordinal) % (uint)all.Length);
    }

    public Uri Current => all[Volatile.Read(ref current) % all.Length];

    /// <summary>Turns away from an address that failed; a call that failed on an older one changes nothing.</summary>
    public void Leave(Uri failed)
    {
        var seen = Volatile.Read(ref current);
        if (all[seen % all.Length] == failed)
            Interlocked.CompareExchange(ref current, (seen + 1) % all.Length, seen);
    }

    /// <exception cref="InvalidOperationException">An address is no http or https address; the message names the setting.</exception>
    public static IReadOnlyList<Uri> Read(WorkerOptions options, IConfiguration configuration)
    {
        if (!string.IsNullOrWhiteSpace(options.ControlPlaneBase))
        {
            const StringSplitOptions split = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
            return [.. options.ControlPlaneBase.Split(',', split).Select(Parse)];
        }

        var discovered = ServiceAddresses.Resolve(configuration, "control-plane");
        return discovered.Count > 0 ? discovered : [new Uri(Default)];
    }

    private static Uri Parse(string text) =>
        Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new InvalidOperationException($"CP_BASE must be an http or https address, not '{text}'.");
}
