using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NextLayer.ControlPlane.Platform.Database;

namespace NextLayer.Bench.Stack;

/// <summary>Opens the control plane's own connection pools, so that raw SQL runs under the very settings it runs under.</summary>
internal static class Pools
{
    public static Databases Open(string connectionString)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("ConnectionStrings:nextlayer", (string?)connectionString)])
            .Build();
        // Loading a million rows takes longer than any request may.
        return new Databases(configuration, Options.Create(new DatabaseOptions { StatementTimeoutSeconds = 600 }), NullLoggerFactory.Instance);
    }
}
