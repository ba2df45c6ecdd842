using System.Collections.Concurrent;
using System.Diagnostics;
using NextLayer.AppHost.Embedded.Processes;
using Npgsql;

namespace NextLayer.AppHost.Embedded.Servers;

/// <summary>The waiting around a start and an end of <see cref="PostgresServer"/>.</summary>
internal static class PostgresStart
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Launches until a connection succeeds. A server that says why it cannot start is believed, save for one reason.</summary>
    public static async Task UntilReadyAsync(
        PostgresServer server, Func<Action<string>, Task<ChildProcess>> launch, TimeSpan timeout, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        var lines = new ConcurrentQueue<string>();
        var process = await launch(lines.Enqueue);
        while (!await CanConnectAsync(server, ct))
        {
            if (process.HasExited)
            {
                await process.DisposeAsync();
                // After a kill the orphaned backends hold the shared memory for a moment longer.
                if (!lines.Any(line => line.Contains("pre-existing shared memory block", StringComparison.Ordinal)))
                    throw new ServerException($"PostgreSQL did not start on port {server.Port}: {string.Join(" ", lines.TakeLast(4))}");
                lines.Clear();
                process = await launch(lines.Enqueue);
            }

            if (Stopwatch.GetElapsedTime(started) > timeout)
                throw new ServerException($"PostgreSQL took no connection on port {server.Port} within {timeout.TotalSeconds:0} s: {string.Join(" ", lines.TakeLast(4))}");
            await Task.Delay(Pause, ct);
        }
    }

    /// <summary>Orphaned backends may still write for a moment after the postmaster was killed.</summary>
    public static async Task DeleteDataAsync(string folder)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (Directory.Exists(folder))
                    Directory.Delete(folder, recursive: true);
                return;
            }
            catch (IOException) when (attempt < 40)
            {
                await Task.Delay(Pause);
            }
        }
    }

    private static async Task<bool> CanConnectAsync(PostgresServer server, CancellationToken ct)
    {
        try
        {
            await using var connection = await server.ConnectAsync(ct);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
