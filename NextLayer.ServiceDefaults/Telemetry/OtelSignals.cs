using Microsoft.Extensions.Configuration;

namespace NextLayer.ServiceDefaults.Telemetry;

/// <summary>Which signals have somewhere to go, by OpenTelemetry's own environment variables.</summary>
internal sealed record OtelSignals(bool Traces, bool Metrics, bool Logs)
{
    public bool Any => Traces || Metrics || Logs;

    public static OtelSignals From(IConfiguration configuration)
    {
        if (Is(configuration["OTEL_SDK_DISABLED"], "true"))
            return new(false, false, false);
        return new(Enabled(configuration, "TRACES"), Enabled(configuration, "METRICS"), Enabled(configuration, "LOGS"));
    }

    private static bool Enabled(IConfiguration configuration, string signal) =>
        !Is(configuration[$"OTEL_{signal}_EXPORTER"], "none")
        && (!string.IsNullOrWhiteSpace(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"])
            || !string.IsNullOrWhiteSpace(configuration[$"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"]));

    private static bool Is(string? value, string expected) =>
        string.Equals(value?.Trim(), expected, StringComparison.OrdinalIgnoreCase);
}
