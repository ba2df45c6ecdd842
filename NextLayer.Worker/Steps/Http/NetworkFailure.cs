using System.Net.Sockets;
using System.Security.Authentication;
using NextLayer.Worker.Execution;

namespace NextLayer.Worker.Steps.Http;

/// <summary>What steps report when another system cannot be reached, whatever they speak with it.</summary>
internal static class NetworkFailure
{
    public const string Code = "NETWORK";
    public const string TlsCode = "TLS";
    public const string RefusedCode = "SSRF_BLOCKED";

    /// <param name="host">Name or address that was to be reached.</param>
    /// <param name="target">How a person is told of it.</param>
    /// <param name="ex">What came of it.</param>
    public static StepFailure From(string host, string target, Exception ex)
    {
        for (var inner = ex; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case AddressRefusedException:
                    return StepFailure.Of(RefusedCode, inner.Message);
                case AuthenticationException:
                    return StepFailure.Of(TlsCode, $"No trusted connection to {host}: {inner.Message}");
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData }:
                case HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError }:
                    return StepFailure.Of(Code, $"The name {host} cannot be resolved.", retryable: true);
            }
        }

        return StepFailure.Of(Code, $"{target} cannot be reached: {ex.Message}", retryable: true);
    }
}
