using Microsoft.Extensions.Options;
using NextLayer.ControlPlane.Platform.Secrets;
using Npgsql;

namespace NextLayer.ControlPlane.Platform.Database;

/// <summary>Waits for Postgres at start, then brings the schema up to date and the key ring under its master key.</summary>
internal sealed partial class DatabaseStart(
    Migrator migrator, Databases databases, PostgresKeyRing keyRing, IOptions<DatabaseOptions> options, TimeProvider time, ILogger<DatabaseStart> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <exception cref="NpgsqlException">Postgres did not answer within <c>Database:StartTimeoutSeconds</c>.</exception>
    public async Task PrepareAsync(CancellationToken ct)
    {
        await WaitAsync(ct);
        await migrator.MigrateAsync(ct);
        await keyRing.PrepareAsync(ct);
    }

    private async Task WaitAsync(CancellationToken ct)
    {
        var start = time.GetTimestamp();
        var patience = TimeSpan.FromSeconds(options.Value.StartTimeoutSeconds);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await databases.Main.OpenConnectionAsync(ct);
                return;
            }
            catch (NpgsqlException ex) when (ex.IsTransient && time.GetElapsedTime(start) < patience)
            {
                if (attempt == 1)
                    LogWaiting(patience.TotalSeconds, ex.Message);
                await Task.Delay(Pause, time, ct);
            }
        }
    }

    [LoggerMessage(1002, LogLevel.Information, "Waiting up to {Seconds} s for Postgres: {Reason}")]
    private partial void LogWaiting(double seconds, string reason);
}
