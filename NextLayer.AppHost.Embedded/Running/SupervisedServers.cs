using NextLayer.AppHost.Embedded.Output;
using NextLayer.AppHost.Embedded.Servers;

namespace NextLayer.AppHost.Embedded.Running;

/// <summary>The private Postgres, with the databases drawn in the picture.</summary>
internal sealed class SupervisedPostgres(PostgresServerResource resource, string dataDirectory, ResourceLog log, Action<PostgresServer> started) : ISupervised
{
    private PostgresServer? server;

    public string Label => resource.Name;

    public async Task<(int ProcessId, Task<int> Exited)> StartAsync(CancellationToken ct)
    {
        if (server is null)
        {
            server = await PostgresServer.StartAsync(
                new PostgresServerOptions { DataDirectory = dataDirectory, Ephemeral = resource.DataVolume is null, Log = log.Write }, ct);
            started(server);
        }
        else
        {
            await server.StartAsync(ct);
        }

        return (server.ProcessId, server.Exited);
    }

    public async Task WaitUntilHealthyAsync(CancellationToken ct)
    {
        foreach (var database in resource.Databases)
        {
            if (!await server!.DatabaseExistsAsync(database.Name, ct))
                await server.CreateDatabaseAsync(database.Name, ct: ct);
            database.ConnectionString.TrySetResult(server.ConnectionString(database.Name));
        }
    }

    public async Task StopAsync(TimeSpan grace)
    {
        if (server is null)
            return;
        if (resource.DataVolume is not null)
            await server.StopAsync(grace);
        await server.DisposeAsync();
    }
}

/// <summary>The private Redis.</summary>
internal sealed class SupervisedRedis(RedisResource resource, ResourceLog log, Action<RedisServer> started) : ISupervised
{
    private RedisServer? server;

    public string Label => resource.Name;

    public async Task<(int ProcessId, Task<int> Exited)> StartAsync(CancellationToken ct)
    {
        if (server is null)
        {
            server = await RedisServer.StartAsync(new RedisServerOptions { Log = log.Write }, ct);
            started(server);
        }
        else
        {
            await server.StartAsync(ct);
        }

        return (server.ProcessId, server.Exited);
    }

    public Task WaitUntilHealthyAsync(CancellationToken ct)
    {
        resource.ConnectionString.TrySetResult(server!.ConnectionString);
        return Task.CompletedTask;
    }

    public async Task StopAsync(TimeSpan grace)
    {
        if (server is null)
            return;
        await server.StopAsync(grace);
        await server.DisposeAsync();
    }
}
