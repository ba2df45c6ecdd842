using System.Data;
using System.Text.Json.Nodes;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Steps.Http;
using Npgsql;

namespace NextLayer.Worker.Steps.Database;

/// <summary>One statement in one transaction over a connection of its own.</summary>
internal sealed class DatabaseSession(DatabaseSettings settings, QueryConfig config, GuardedConnector network)
{
    private const int AddressesTried = 3;

    // Tables by whose names alone nobody else's database is like ours. It is the transaction's first query, after which
    // nothing can make a READ ONLY one writable any more.
    private const string IsOwnSql = """
        SELECT EXISTS (
            SELECT 1 FROM pg_catalog.pg_class runs
            JOIN pg_catalog.pg_attribute epoch ON epoch.attrelid = runs.oid AND epoch.attname = 'lease_epoch'
            JOIN pg_catalog.pg_class state ON state.relnamespace = runs.relnamespace AND state.relname = 'pipeline_state'
            JOIN pg_catalog.pg_class journal ON journal.relnamespace = runs.relnamespace AND journal.relname = 'schema_migrations'
            WHERE runs.relname = 'pipeline_runs')
        """;

    private bool committing;

    public async Task<JsonObject> RunAsync(CancellationToken ct)
    {
        try
        {
            await using var connection = await OpenAsync(ct);
            await BeginAsync(connection, ct);
            await RefuseOwnAsync(connection, ct);
            var output = await ExecuteAsync(connection, ct);
            committing = config.Mode == QueryMode.Write;
            await ExecuteAsync(connection, committing ? "COMMIT" : "ROLLBACK", ct);
            return output;
        }
        catch (Exception ex) when (ex is NpgsqlException or NotSupportedException or System.Net.Sockets.SocketException or IOException
                                       or AddressRefusedException or TimeoutException)
        {
            throw DatabaseFailure.From(settings, ex, committing);
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken ct)
    {
        var addresses = await network.PermittedAsync(settings.Host, settings.Port, ct);
        for (var i = 0; ; i++)
        {
            // Not disposed: it has no pool, and its connection ends with the step.
            var source = settings.ToDataSource(addresses[i]);
            try
            {
                return await source.OpenConnectionAsync(ct);
            }
            catch (NpgsqlException ex) when (ex is not PostgresException && i + 1 < Math.Min(addresses.Length, AddressesTried))
            {
                // The next address of the same name may answer.
            }
        }
    }

    private Task BeginAsync(NpgsqlConnection connection, CancellationToken ct) => ExecuteAsync(
        connection,
        $"""
        BEGIN {(config.Mode == QueryMode.Read ? "READ ONLY" : "READ WRITE")};
        SET LOCAL statement_timeout = {(int)config.StatementTimeout.TotalMilliseconds};
        SET LOCAL idle_in_transaction_session_timeout = 60000;
        SET LOCAL TimeZone = 'UTC';
        SET LOCAL DateStyle = 'ISO';
        SET LOCAL IntervalStyle = 'iso_8601';
        SET LOCAL bytea_output = 'hex'
        """,
        ct);

    private async Task RefuseOwnAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(IsOwnSql, connection);
        if (await command.ExecuteScalarAsync(ct) is true)
            throw StepFailure.Of(DatabaseFailure.Own, $"{settings.Shown} is NextLayer's own database, which no step may touch.");
    }

    private async Task<JsonObject> ExecuteAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await RefuseSeveralAsync(connection, ct);
        await using var command = new NpgsqlCommand(config.Sql, connection) { AllResultTypesAreUnknown = true };
        config.AddParameters(command.Parameters);
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, ct);
        try
        {
            var rows = await QueryRows.ReadAsync(reader, config.Fetch == Fetch.None ? 0 : config.RowLimit, ct);
            if (config.Mode == QueryMode.Write)
                await DrainAsync(reader, ct);
            else if (rows.IsTruncated)
                command.Cancel(); // Else the rest would be read, and thrown away.
            return Output(rows, reader);
        }
        catch (StepFailure)
        {
            command.Cancel();
            throw;
        }
    }

    /// <summary>
    /// A command would split its text at semicolons and run every piece. One command of a batch, read by the same parser,
    /// must be one statement; so it is prepared as such first. With positions nothing is parsed, and the server refuses.
    /// </summary>
    private async Task RefuseSeveralAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        if (config.HasPositions)
            return;
        await using var batch = new NpgsqlBatch(connection);
        var command = new NpgsqlBatchCommand(config.Sql);
        config.AddParameters(command.Parameters);
        batch.BatchCommands.Add(command);
        await batch.PrepareAsync(ct);
    }

    /// <summary>A change is complete only when its last row has come.</summary>
    private static async Task DrainAsync(NpgsqlDataReader reader, CancellationToken ct)
    {
        while (await reader.ReadAsync(ct))
        {
        }

        await reader.NextResultAsync(ct);
    }

    private JsonObject Output(QueryRows rows, NpgsqlDataReader reader)
    {
        var output = new JsonObject();
        if (config.Mode == QueryMode.Write)
            output["affected"] = Math.Max(reader.RecordsAffected, 0);
        if (config.Fetch == Fetch.None || (config.Mode == QueryMode.Write && !rows.HasColumns))
            return output;
        if (config.Fetch == Fetch.One)
            output["row"] = rows.Rows.Count > 0 ? rows.Rows[0]!.DeepClone() : null; // A row is an object.
        output["rows"] = rows.Rows;
        output["count"] = rows.Rows.Count;
        output["truncated"] = rows.IsTruncated;
        output["columns"] = rows.Columns;
        return output;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }
}
