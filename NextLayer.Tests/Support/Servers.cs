using NextLayer.AppHost.Embedded.Servers;
using NextLayer.Tests.Support;

[assembly: AssemblyFixture(typeof(Servers))]

namespace NextLayer.Tests.Support;

/// <summary>
/// The private Postgres and Redis of one test run, started when the first test asks. Each test gets a database of its
/// own, cloned from one that was migrated once.
/// </summary>
public sealed class Servers : IAsyncDisposable
{
    private readonly Lazy<Task<PostgresServer>> postgres = new(StartPostgresAsync);
    private readonly Lazy<Task<RedisServer>> redis = new(() => RedisServer.StartAsync());
    private readonly SemaphoreSlim cloning = new(1);
    private int databases;

    private const string Template = "template_migrated";

    /// <summary>Shared by all tests; one that kills Redis starts its own.</summary>
    public async Task<string> RedisConnectionStringAsync() => (await redis.Value).ConnectionString;

    public async Task<TestDatabase> CreateDatabaseAsync()
    {
        var server = await postgres.Value;
        var name = $"test_{Interlocked.Increment(ref databases)}";
        await cloning.WaitAsync(); // Postgres refuses two copies of one template at a time.
        try
        {
            await server.CreateDatabaseAsync(name, Template);
        }
        finally
        {
            cloning.Release();
        }

        return new TestDatabase(server, name);
    }

    /// <summary>An empty database, for tests of the migrations themselves.</summary>
    public async Task<TestDatabase> CreateEmptyDatabaseAsync()
    {
        var server = await postgres.Value;
        var name = $"test_{Interlocked.Increment(ref databases)}";
        await server.CreateDatabaseAsync(name);
        return new TestDatabase(server, name);
    }

    private static async Task<PostgresServer> StartPostgresAsync()
    {
        var server = await PostgresServer.StartAsync(new PostgresServerOptions
        {
            Settings = new Dictionary<string, string> { ["max_connections"] = "400" },
        });
        await server.CreateDatabaseAsync(Template);
        await using var template = new TestDatabase(server, Template, keep: true);
        await template.MigrateAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        if (redis.IsValueCreated)
            await (await redis.Value).DisposeAsync();
        if (postgres.IsValueCreated)
            await (await postgres.Value).DisposeAsync();
        cloning.Dispose();
    }
}
