using Microsoft.Extensions.Logging.Abstractions;
using NextLayer.AppHost.Embedded.Servers;
using NextLayer.Bench.Reporting;
using NextLayer.ControlPlane.Platform.Database;

namespace NextLayer.Bench.Stack;

/// <summary>A private Postgres with the durability of production, and a private Redis where the machine has one.</summary>
internal sealed class BenchServers : IAsyncDisposable
{
    private const string Template = "bench_template";

    private readonly PostgresServer postgres;
    private readonly RedisServer? redis;
    private int databases;

    private BenchServers(PostgresServer postgres, RedisServer? redis)
    {
        this.postgres = postgres;
        this.redis = redis;
    }

    /// <summary>By name, for <see cref="CpuMeter"/>.</summary>
    public IReadOnlyDictionary<string, int> Processes => new Dictionary<string, int> { ["postgres"] = postgres.ProcessId };

    /// <summary>Null where there is no Redis: the services then work without.</summary>
    public string? Redis => redis?.ConnectionString;

    public static async Task<BenchServers> StartAsync(bool verbose, CancellationToken ct)
    {
        var log = verbose ? (Action<string>)(line => Report.Say($"postgres | {line}")) : null;
        var postgres = await PostgresServer.StartAsync(new PostgresServerOptions { Log = log }, ct);
        var redis = RedisServer.IsInstalled ? await RedisServer.StartAsync(ct: ct) : null;
        var servers = new BenchServers(postgres, redis);
        try
        {
            await postgres.CreateDatabaseAsync(Template, ct: ct);
            await using var pools = Pools.Open(servers.ConnectionString(Template));
            await new Migrator(pools, NullLogger<Migrator>.Instance).MigrateAsync(ct);
            return servers;
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    public string ConnectionString(string database) => postgres.ConnectionString(database);

    /// <summary>A new database with our schema, so that no measurement finds another's rows.</summary>
    public async Task<BenchDatabase> CreateDatabaseAsync(CancellationToken ct)
    {
        var name = $"bench_{++databases}";
        await postgres.CreateDatabaseAsync(name, Template, ct);
        return new BenchDatabase(ConnectionString(name), () => postgres.DropDatabaseAsync(name));
    }

    public async ValueTask DisposeAsync()
    {
        if (redis is not null)
            await redis.DisposeAsync();
        await postgres.DisposeAsync();
    }
}
