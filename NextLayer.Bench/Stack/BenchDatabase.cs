using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.Bench.Stack;

/// <summary>One measurement's database, with a tenant's approved version to run.</summary>
internal sealed class BenchDatabase(string connectionString, Func<Task> drop) : IAsyncDisposable
{
    /// <summary>The tenant that every database has from the start.</summary>
    public static Guid TenantId { get; } = Guid.Parse("00000000-0000-7000-8000-000000000001");

    public string ConnectionString => connectionString;

    public Databases Pools { get; } = Stack.Pools.Open(connectionString);

    /// <summary>Adds a pipeline with one approved version.</summary>
    /// <param name="definition">As a person would post it.</param>
    public async Task<(Guid PipelineId, Guid VersionId)> AddVersionAsync(string definition, CancellationToken ct)
    {
        var (pipelineId, versionId) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await ExecuteAsync("INSERT INTO pipelines (id, tenant_id, name) VALUES ($1, $2, 'bench')", ct, pipelineId, TenantId);
        await ExecuteAsync(
            """
            INSERT INTO pipeline_versions (id, tenant_id, pipeline_id, version, version_number, status, definition, frozen_at)
            VALUES ($1, $2, $3, '1', 1, 'APPROVED', $4::json, now())
            """,
            ct, versionId, TenantId, pipelineId, definition);
        return (pipelineId, versionId);
    }

    /// <summary>Makes the next measurement start from fresh statistics and without another's dirty pages.</summary>
    public async Task SettleAsync(CancellationToken ct)
    {
        await ExecuteAsync("VACUUM ANALYZE", ct);
        await ExecuteAsync("CHECKPOINT", ct);
    }

    public async Task<T> AskAsync<T>(string sql, CancellationToken ct, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        return (T)(await command.ExecuteScalarAsync(ct))!; // Asked only for what cannot be null.
    }

    public async Task ExecuteAsync(string sql, CancellationToken ct, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        await command.ExecuteNonQueryAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        await Pools.DisposeAsync();
        await drop();
    }

    private NpgsqlCommand Command(string sql, object[] parameters)
    {
        var command = Pools.Main.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.AddWithValue(parameter);
        return command;
    }
}
