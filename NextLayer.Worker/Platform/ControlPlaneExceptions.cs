using System.Net;

namespace NextLayer.Worker.Platform;

/// <summary>The call may or may not have been carried out; the same call can be made again.</summary>
internal sealed class ControlPlaneUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The control plane understood the call and refused it; making it again helps nothing.</summary>
internal sealed class ControlPlaneRefusedException(HttpStatusCode status, string detail)
    : Exception($"{(int)status}: {detail}")
{
    /// <summary>End of the problem's <c>type</c>, such as <c>lease_lost</c>; null where the answer is no problem document.</summary>
    public string? Code { get; init; }

    /// <summary>What the problem says to people; the whole answer where it is no problem document.</summary>
    public string Sentence { get; init; } = detail;

    public HttpStatusCode Status { get; } = status;
    public string Detail { get; } = detail;
}
