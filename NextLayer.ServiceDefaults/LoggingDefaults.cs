using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;

namespace NextLayer.ServiceDefaults;

/// <summary>
/// How logs look where nobody says otherwise. They go in as the weakest configuration source, so that appsettings,
/// environment and command line override each of them by its ordinary <c>Logging:…</c> name.
/// </summary>
internal static class LoggingDefaults
{
    public static void Add(IConfigurationManager configuration)
    {
        var json = string.Equals(configuration["Logging:Console:FormatterName"], "json", StringComparison.OrdinalIgnoreCase);
        configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>
            {
                ["Logging:LogLevel:Default"] = "Information",
                // One line a request is the access log's business (and a span's), not the service's.
                ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
                ["Logging:LogLevel:System.Net.Http.HttpClient"] = "Warning",
                ["Logging:LogLevel:Yarp"] = "Warning",
                // Keys are not encrypted at rest: their folder's rights guard them, as docs/dashboard.md says.
                ["Logging:LogLevel:Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager"] = "Error",
                // Each page that is closed, and each call while the control plane is away, would be a line.
                ["Logging:LogLevel:Yarp.ReverseProxy.Forwarder"] = "Error",
                ["Logging:LogLevel:Npgsql"] = "Warning",
                ["Logging:Console:FormatterName"] = "simple",
                ["Logging:Console:FormatterOptions:SingleLine"] = "true",
                ["Logging:Console:FormatterOptions:UseUtcTimestamp"] = "true",
                ["Logging:Console:FormatterOptions:TimestampFormat"] = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ",
                // Scopes carry trace and span ids: what a log store wants, and what would drown a terminal.
                ["Logging:Console:FormatterOptions:IncludeScopes"] = json ? "true" : "false",
            },
        });
    }
}
