using Microsoft.Extensions.Options;
using Npgsql;

namespace NextLayer.ControlPlane.Platform.Database;

/// <summary>
/// The two pools of one replica: a slow list can never keep a claim waiting for a connection.
/// </summary>
internal sealed class Databases : IAsyncDisposable
{
    public Databases(IConfiguration configuration, IOptions<DatabaseOptions> options, ILoggerFactory loggers)
    {
        var connectionString = configuration.GetConnectionString("nextlayer")
            ?? throw new InvalidOperationException(
                "ConnectionStrings:nextlayer is not set. Start through the AppHost, or set the environment variable "
                + "ConnectionStrings__nextlayer to a Postgres connection string.");
        var timeout = options.Value.StatementTimeoutSeconds;
        Main = Build(connectionString, "nextlayer", options.Value.PoolSize, timeout, "", loggers);
        Hot = Build(connectionString, "nextlayer-hot", options.Value.HotPoolSize, timeout, HotPlanner, loggers);
    }

    /// <summary>For the registry, lists, migrations and maintenance.</summary>
    public NpgsqlDataSource Main { get; }

    /// <summary>For the set-based statements of the run queue.</summary>
    public NpgsqlDataSource Hot { get; }

    // Every hot statement finds a handful of rows through a known index. A plan made while a table is near-empty would
    // scan it, and a cached plan keeps doing so after the table has grown: 2,300 instead of 20,000 runs/s when tried.
    private const string HotPlanner =
        " -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c enable_bitmapscan=off"
        + " -c jit=off -c plan_cache_mode=force_generic_plan";

    private static NpgsqlDataSource Build(
        string connectionString, string name, int poolSize, int statementTimeout, string planner, ILoggerFactory loggers)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = name,
            Timezone = "UTC",
            MaxPoolSize = poolSize,
            MaxAutoPrepare = 100,
            AutoPrepareMinUsages = 2,
            CommandTimeout = statementTimeout + 5,
            Options = $"-c statement_timeout={statementTimeout}s -c lock_timeout=5s"
                + $" -c idle_in_transaction_session_timeout=30s{planner}",
        };
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = name };
        builder.UseLoggerFactory(loggers);
        return builder.Build();
    }

    public async ValueTask DisposeAsync()
    {
        await Hot.DisposeAsync();
        await Main.DisposeAsync();
    }
}
