using System.Net;

namespace NextLayer.Contracts.Client;

/// <summary>The control plane has refused a call. A call that could not be made at all throws what <c>HttpClient</c> throws.</summary>
public sealed class NextLayerException(ApiProblem problem)
    : Exception(problem.Detail ?? problem.Title ?? $"The control plane answered {problem.Status}.")
{
    public ApiProblem Problem { get; } = problem;

    /// <summary>What programs switch on; see <see cref="ApiProblem.Code"/>.</summary>
    public string Code => Problem.Code;

    public HttpStatusCode StatusCode => (HttpStatusCode)Problem.Status;
}
