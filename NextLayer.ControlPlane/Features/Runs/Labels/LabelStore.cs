using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Runs.Changes;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;
using NpgsqlTypes;

namespace NextLayer.ControlPlane.Features.Runs.Labels;

/// <summary>What became of a wish about a run's labels.</summary>
internal enum LabelOutcome
{
    /// <summary>They are so, by this call or before it.</summary>
    Done,

    NotFound,

    /// <summary>A child run is found by its parent.</summary>
    IsChild,

    TooMany,

    /// <summary>The run takes no more events.</summary>
    EventLimit,
}

/// <summary>Changes labels of runs, whatever their state. What is shown and what is found by change together.</summary>
internal sealed class LabelStore(Databases databases, NewsPublisher news)
{
    private const string ReadSql = "SELECT labels FROM pipeline_runs WHERE id = $1";

    private const string WriteSql = "UPDATE pipeline_runs SET labels = $2 WHERE id = $1";

    private const string ForgetSql = "DELETE FROM run_labels WHERE run_id = $1 AND label <> ALL ($2)";

    private const string RememberSql = "INSERT INTO run_labels (run_id, tenant_id, label) SELECT $1, $3, unnest($2::text[]) ON CONFLICT DO NOTHING";

    /// <param name="tenantId">The caller's; another tenant's run is answered like none.</param>
    /// <param name="runId">The run.</param>
    /// <param name="change">Makes the new labels of those there are.</param>
    /// <param name="by">Who wants it; null when nobody is known.</param>
    public async Task<LabelOutcome> ChangeAsync(
        Guid tenantId, Guid runId, Func<IReadOnlyDictionary<string, string>, IReadOnlyDictionary<string, string>> change, string? by, CancellationToken ct)
    {
        await using var connection = await databases.Hot.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var run = (await RunLocks.ByIdAsync(connection, [runId], ct)).SingleOrDefault();
        if (run is null || run.Before.TenantId != tenantId)
            return LabelOutcome.NotFound;
        if (run.Before.Child is not null)
            return LabelOutcome.IsChild;
        var before = await ReadAsync(connection, runId, ct);
        var after = change(before);
        if (after.Count > LabelRules.MaxLabels)
            return LabelOutcome.TooMany;
        if (before.Count == after.Count && after.All(pair => before.GetValueOrDefault(pair.Key) == pair.Value))
            return LabelOutcome.Done;
        if (run.Seq >= RunChange.MaxEvents)
            return LabelOutcome.EventLimit;
        run.AddEvent(RunEventTypes.RunLabelled, Payloads.Labelled(after, by));
        if (before.Except(after).ToList() is { Count: > 0 } lost)
            run.LostLabels = [.. lost.Select(pair => LabelRules.Pair(pair.Key, pair.Value))];
        await WriteAsync(connection, run, after, ct);
        await RunWriter.WriteAsync(connection, [run], ct);
        await transaction.CommitAsync(ct);
        news.Publish([run]);
        return LabelOutcome.Done;
    }

    private static async Task<IReadOnlyDictionary<string, string>> ReadAsync(NpgsqlConnection connection, Guid runId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(ReadSql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = runId });
        return await command.ExecuteScalarAsync(ct) is string json ? RunRows.ParseLabels(json) : new Dictionary<string, string>();
    }

    private static async Task WriteAsync(NpgsqlConnection connection, RunChange run, IReadOnlyDictionary<string, string> labels, CancellationToken ct)
    {
        var pairs = labels.Select(pair => LabelRules.Pair(pair.Key, pair.Value)).ToArray();
        await using var batch = new NpgsqlBatch(connection);
        var write = Add(batch, WriteSql, run.Id);
        write.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Json, Value = labels.Count == 0 ? DBNull.Value : JsonSerializer.Serialize(labels, NextLayerJson.Options) });
        Add(batch, ForgetSql, run.Id).Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = pairs });
        var remember = Add(batch, RememberSql, run.Id);
        remember.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = pairs });
        remember.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = run.Before.TenantId });
        await batch.ExecuteNonQueryAsync(ct);
    }

    private static NpgsqlBatchCommand Add(NpgsqlBatch batch, string sql, Guid runId)
    {
        var command = batch.Add(sql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = runId });
        return command;
    }
}
