namespace NextLayer.ControlPlane.Features.Connectors.Testing;

/// <summary>What trying a connection came to.</summary>
/// <param name="Ok">It can be used.</param>
/// <param name="Message">For people; of what the other side said, no more than numbers.</param>
/// <param name="IsRejected">The other side answered, and refused the credential.</param>
internal sealed record ProbeResult(bool Ok, string Message, bool IsRejected = false)
{
    public static ProbeResult Fine(string message) => new(true, message);

    public static ProbeResult Failed(string message) => new(false, message);

    public static ProbeResult Rejected(string message) => new(false, message, IsRejected: true);
}

/// <summary>The connector's settings make no sense; becomes a test that failed, with the message.</summary>
internal sealed class ProbeConfigException(string message) : Exception(message);
