using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Runs;
using NextLayer.ControlPlane.Features.Runs.Changes;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;
using NpgsqlTypes;

namespace NextLayer.ControlPlane.Features.Waits.Retries;

/// <summary>What became of a wish to try a step again at once.</summary>
internal abstract record RetryStepOutcome
{
    /// <summary>The attempt is due, by this call or before it.</summary>
    public sealed record Done : RetryStepOutcome;

    public sealed record NotFound : RetryStepOutcome;

    /// <param name="Code">Stable, snake_case.</param>
    /// <param name="Why">A sentence.</param>
    public sealed record WrongState(string Code, string Why) : RetryStepOutcome;
}

/// <summary>
/// Ends the pause before a step's next attempt. The recorded time of that attempt is what every worker goes by, so it is
/// moved there: a run that sleeps or is queued finds it with its next claim, whoever makes that, and the worker that holds
/// the run is told to look.
/// </summary>
internal sealed class RetryStepStore(Databases databases, NewsPublisher news)
{
    private const string NewestSql = """
        SELECT attempt, step_type, status, retry_at FROM step_runs
        WHERE run_id = $1 AND generation = $2 AND step_id = $3 ORDER BY attempt DESC LIMIT 1
        """;

    private const string IsAskedSql = """
        SELECT EXISTS (
            SELECT FROM run_events
            WHERE run_id = $1 AND generation = $2 AND step_id = $3 AND type = 'step.retry_requested'
              AND (payload ->> 'attempt')::integer = $4)
        """;

    private const string MoveSql = """
        UPDATE step_runs SET retry_at = $5 WHERE run_id = $1 AND generation = $2 AND step_id = $3 AND attempt = $4
        """;

    /// <param name="tenantId">The caller's; another tenant's run is answered like none.</param>
    /// <param name="runId">The run of the step.</param>
    /// <param name="request">The step, and which of its failures is meant.</param>
    /// <param name="by">Who wants it; null when nobody is known.</param>
    public async Task<RetryStepOutcome> RetryAsync(Guid tenantId, Guid runId, RetryStepRequest request, string? by, CancellationToken ct)
    {
        await using var connection = await databases.Hot.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var run = (await RunLocks.ByIdAsync(connection, [runId], ct)).SingleOrDefault();
        if (run is null || run.Before.TenantId != tenantId)
            return new RetryStepOutcome.NotFound();
        var newest = await NewestAsync(connection, run, request.StepId, ct);
        if (RetryStepRules.Refuse(run, request, newest) is { } refused)
            return request.Attempt is { } meant && await IsAskedAsync(connection, run, request.StepId, meant, ct)
                ? new RetryStepOutcome.Done() // A repeat: what was wished has come true.
                : refused;
        if (newest!.RetryAt <= run.Now)
            return new RetryStepOutcome.Done();
        if (run.Seq + 3 > RunChange.MaxEvents)
            return new RetryStepOutcome.WrongState("event_limit", $"Run {runId} has reached its limit of events; its step waits for its time.");
        await MoveAsync(connection, run, request.StepId, newest.Attempt, ct);
        run.RetryNow(request.StepId, newest.StepType, newest.Attempt, by);
        await RunWriter.WriteAsync(connection, [run], ct);
        await transaction.CommitAsync(ct);
        news.Publish([run]);
        return new RetryStepOutcome.Done();
    }

    private static async Task<EndedAttempt?> NewestAsync(NpgsqlConnection connection, RunChange run, string stepId, CancellationToken ct)
    {
        await using var command = About(connection, NewestSql, run, stepId);
        await using var rows = await command.ExecuteReaderAsync(ct);
        return await rows.ReadAsync(ct)
            ? new EndedAttempt(rows.GetInt32(0), rows.GetString(1), Names.ParseStepStatus(rows.GetString(2)), rows.GetTime(3))
            : null;
    }

    private static async Task<bool> IsAskedAsync(NpgsqlConnection connection, RunChange run, string stepId, int attempt, CancellationToken ct)
    {
        await using var command = About(connection, IsAskedSql, run, stepId);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = attempt });
        return await command.ExecuteScalarAsync(ct) is true;
    }

    private static async Task MoveAsync(NpgsqlConnection connection, RunChange run, string stepId, int attempt, CancellationToken ct)
    {
        await using var command = About(connection, MoveSql, run, stepId);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = attempt });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = run.Now, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        await command.ExecuteNonQueryAsync(ct);
    }

    private static NpgsqlCommand About(NpgsqlConnection connection, string sql, RunChange run, string stepId)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = run.Id });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = run.Generation });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = stepId });
        return command;
    }
}
