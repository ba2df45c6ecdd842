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
    public static RetryPolicy PolicyOf(GraphStep step) => step.Definition.Retry is null && !Reads(step) ? RetryPolicy.None : step.Retry;

    private static bool Reads(GraphStep step) => step.Type?.Effect switch
    {
        "by_method" => Text(step, "method")?.ToUpperInvariant() is null or "GET" or "HEAD" or "OPTIONS",
        "by_mode" => Text(step, "mode") is null or "read",
        _ => true, // The type's own policy knows.
    };

    /// <summary>Null where it is left out; what is filled in by a template may be anything.</summary>
    private static string? Text(GraphStep step, string name) =>
        step.Definition.Config.TryGetProperty(name, out var value) ? value.ValueKind == JsonValueKind.String ? value.GetString() : "" : null;
}
