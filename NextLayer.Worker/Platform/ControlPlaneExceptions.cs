using System.Net;

namespace NextLayer.Worker.Platform;

/// <summary>The call may or may not have been carried out; the same call can be made again.</summary>
internal sealed class ControlPlaneUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The control plane understood the call and refused it; making it again helps nothing.</summary>
internal sealed class ControlPlaneRefusedException(HttpStatusCode status, string detail)
    : Exception($"{(int)status}: {detail}")
{
    public HttpStatusCode Status { get; } = status;
    public string Detail { get; } = detail;
}
