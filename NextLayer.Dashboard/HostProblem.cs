using Microsoft.AspNetCore.Http.HttpResults;

namespace NextLayer.Dashboard;

/// <summary>What the host itself refuses, as a problem document (RFC 9457) like those of the control plane.</summary>
internal static class HostProblem
{
    /// <param name="type">Stable name of the refusal, to which clients refer.</param>
    /// <param name="detail">A sentence for people: what is wrong, and what to do.</param>
    public static ProblemHttpResult Of(int status, string type, string title, string detail) =>
        TypedResults.Problem(detail, statusCode: status, title: title, type: $"urn:nextlayer:problem:{type}");
}
