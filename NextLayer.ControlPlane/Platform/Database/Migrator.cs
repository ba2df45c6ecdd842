using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace NextLayer.ControlPlane.Platform.Database;

/// <summary>
/// Brings the schema up to date: numbered SQL files, each in a transaction of its own, journalled in
/// <c>schema_migrations</c>. An advisory lock lets any number of replicas start at once.
/// </summary>
internal sealed partial class Migrator(Databases databases, ILogger<Migrator> logger)
{
    // Any fixed number: it only has to be the same in every replica.
    private const long MigrationLock = 0x4E4C_4D49_4752;

    private const string JournalSql = """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            name       text PRIMARY KEY,
            sha256     text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        )
        """;

    public async Task MigrateAsync(CancellationToken ct)
    {
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        await RefuseUnsafeServerAsync(connection, ct);
        // A replica that waits for another's long migration must not be cut off by the request time-outs.
        await ExecuteAsync(connection, "SET statement_timeout = 0; SET lock_timeout = 0", ct);
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({MigrationLock})", ct);
        try
        {
            await ExecuteAsync(connection, "SET lock_timeout = '5s'", ct);
            await ExecuteAsync(connection, JournalSql, ct);
            var applied = await ReadJournalAsync(connection, ct);
            foreach (var migration in Migration.All())
                await ApplyAsync(connection, migration, applied, ct);
            await Partitions.EnsureAsync(connection, ct);
        }
        finally
        {
            await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({MigrationLock})", CancellationToken.None);
            await ExecuteAsync(connection, "RESET statement_timeout; RESET lock_timeout", CancellationToken.None);
        }
    }

    // What was acknowledged must survive a crash of the server; with any of these off it need not.
    private static async Task RefuseUnsafeServerAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off'",
            connection);
        var unsafeSettings = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            unsafeSettings.Add(reader.GetString(0));
        if (unsafeSettings.Count > 0)
            throw new InvalidOperationException(
                $"Postgres runs with {string.Join(" and ", unsafeSettings)} off, so a crash could lose acknowledged runs. "
                + "Turn it on in postgresql.conf (or for this role) and start again.");
    }

    private static async Task<Dictionary<string, string>> ReadJournalAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("SELECT name, sha256 FROM schema_migrations", connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var applied = new Dictionary<string, string>();
        while (await reader.ReadAsync(ct))
            applied.Add(reader.GetString(0), reader.GetString(1));
        return applied;
    }

    private async Task ApplyAsync(
        NpgsqlConnection connection, Migration migration, Dictionary<string, string> applied, CancellationToken ct)
    {
        if (applied.TryGetValue(migration.Name, out var sha256))
        {
            if (sha256 != migration.Sha256)
                throw new InvalidOperationException(
                    $"Migration {migration.Name} was applied in another form than this build has. "
                    + "A migration that has run is never edited: add a new one.");
            return;
        }

        await using var transaction = await connection.BeginTransactionAsync(ct);
        await ExecuteAsync(connection, migration.Sql, ct);
        await using var journal = new NpgsqlCommand(
            "INSERT INTO schema_migrations (name, sha256) VALUES ($1, $2)", connection);
        journal.Parameters.AddWithValue(migration.Name);
        journal.Parameters.AddWithValue(migration.Sha256);
        await journal.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
        LogApplied(migration.Name);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    [LoggerMessage(1001, LogLevel.Information, "Applied migration {Migration}")]
    private partial void LogApplied(string migration);

    private sealed record Migration(string Name, string Sql, string Sha256)
    {
        public static IEnumerable<Migration> All()
        {
            var assembly = Assembly.GetExecutingAssembly();
            const string prefix = "NextLayer.ControlPlane.Migrations.";
            return assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name => Read(assembly, name, name[prefix.Length..^".sql".Length]));
        }

        private static Migration Read(Assembly assembly, string resource, string name)
        {
            using var stream = assembly.GetManifestResourceStream(resource)!; // The name came from the manifest itself.
            using var reader = new StreamReader(stream, Encoding.UTF8);
            var sql = reader.ReadToEnd().ReplaceLineEndings("\n");
            return new Migration(name, sql, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql))));
        }
    }
}
