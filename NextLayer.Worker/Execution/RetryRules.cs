using System.Text.Json;
using NextLayer.Workflows.Graphs;
using NextLayer.Workflows.Retries;

namespace NextLayer.Worker.Execution;

/// <summary>Which retry policy holds for a step.</summary>
internal static class RetryRules
{
    /// <summary>
    /// The author's, or the type's. Where the type reads or writes depending on its method, its policy is for reading:
    /// what may change something out there is tried again only if the author says so.
    /// </summary>
    public static RetryPolicy PolicyOf(GraphStep step) =>
        step.Definition.Retry is null && step.Type?.Effect == "by_method" && !Reads(step.Definition.Config)
            ? RetryPolicy.None
            : step.Retry;

    private static bool Reads(JsonElement config) =>
        !config.TryGetProperty("method", out var method)
        || (method.ValueKind == JsonValueKind.String && method.GetString()?.ToUpperInvariant() is "GET" or "HEAD" or "OPTIONS");
}
