using System.Collections;
using System.Globalization;
using System.Security.Cryptography;

namespace NextLayer.AppHost.Embedded.Running;

/// <summary>The variables a project's process starts with: what Aspire sets, on top of what the AppHost has.</summary>
internal static class ProjectEnvironment
{
    /// <param name="project">As drawn in the picture.</param>
    /// <param name="ports">One per endpoint of the project, for this replica to listen on.</param>
    /// <param name="ct">Ends the wait for connection strings.</param>
    /// <returns>Null values are variables to remove.</returns>
    public static async Task<IReadOnlyDictionary<string, string?>> BuildAsync(ProjectResource project, IReadOnlyList<int> ports, CancellationToken ct)
    {
        var variables = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["DOTNET_ENVIRONMENT"] = "Development",
            ["OTEL_SERVICE_NAME"] = project.Name,
            // Random at each start: a restarted process is another instance, and its counters begin at zero.
            ["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={RandomNumberGenerator.GetHexString(8, lowercase: true)}",
        };
        if (ports.Count > 0)
            variables["ASPNETCORE_URLS"] = string.Join(';', ports.Select(port => string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}")));
        if (Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 })
            AddTelemetryDefaults(variables);
        foreach (var fill in project.Environment)
            await fill(variables, ct);

        var result = Inherited().ToDictionary(name => name, _ => (string?)null);
        foreach (var (name, value) in variables)
            result[name] = value;
        return result;
    }

    /// <summary>Someone watches while developing: export at once and everything.</summary>
    private static void AddTelemetryDefaults(Dictionary<string, string> variables)
    {
        foreach (var (name, value) in new[]
        {
            ("OTEL_BLRP_SCHEDULE_DELAY", "1000"),
            ("OTEL_BSP_SCHEDULE_DELAY", "1000"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "1000"),
            ("OTEL_TRACES_SAMPLER", "always_on"),
        })
            variables[name] = Environment.GetEnvironmentVariable(name) ?? value;
    }

    /// <summary>What is meant for the AppHost alone: its own addresses, and what its launch profile says to Aspire.</summary>
    private static IEnumerable<string> Inherited() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(entry => (string)entry.Key)
            .Where(name => name is "ASPNETCORE_URLS" or "DOTNET_LAUNCH_PROFILE" or "Orchestrator"
                || name.StartsWith("ASPNETCORE_HTTP", StringComparison.Ordinal)
                || name.StartsWith("ASPIRE_", StringComparison.Ordinal)
                || name.StartsWith("ConnectionStrings__", StringComparison.Ordinal)
                || name.StartsWith("services__", StringComparison.Ordinal));
}
