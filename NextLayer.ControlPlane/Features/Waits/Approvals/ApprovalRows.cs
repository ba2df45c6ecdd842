using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Workers;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;
using NpgsqlTypes;

namespace NextLayer.ControlPlane.Features.Waits.Approvals;

/// <summary>One attempt of an approval step: the key of its rows.</summary>
internal readonly record struct ApprovalKey(Guid RunId, string StepId, int Generation, int Attempt)
{
    /// <summary>Adds its parts as the next four parameters.</summary>
    public void AddTo(NpgsqlCommand command)
    {
        command.Parameters.AddWithValue(RunId);
        command.Parameters.AddWithValue(StepId);
        command.Parameters.AddWithValue(Generation);
        command.Parameters.AddWithValue(Attempt);
    }
}

/// <summary>Reads and writes approvals within the transaction that holds their runs' locks.</summary>
internal static class ApprovalRows
{
    private const string RequestsSql = """
        SELECT a.run_id, a.step_id, a.generation, a.attempt, a.request
        FROM approvals a
        JOIN unnest($1::uuid[], $2::text[], $3::integer[], $4::integer[]) AS k (run_id, step_id, generation, attempt)
             USING (run_id, step_id, generation, attempt)
        """;

    private const string DecisionsSql = """
        SELECT d.run_id, d.step_id, d.generation, d.attempt, d.decided_by, d.approved, d.comment, d.data, d.decided_at, d.link_id IS NOT NULL, d.invited_by
        FROM approval_decisions d
        JOIN unnest($1::uuid[], $2::text[], $3::integer[], $4::integer[]) AS k (run_id, step_id, generation, attempt)
             USING (run_id, step_id, generation, attempt)
        ORDER BY d.decided_at
        """;

    private const string DecideSql = $"""
        INSERT INTO approval_decisions (run_id, step_id, generation, attempt, voter_names, decided_by, approved, comment, data, link_id, invited_by)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 WHERE NOT EXISTS ({VoteSql})
        """;

    // A person may be called several things, and sign with any of them.
    private const string OfVoter = "(d.voter_names && $5 OR lower(d.decided_by) = ANY ($5))";

    private const string VoteSql = $"""
        SELECT d.decided_by FROM approval_decisions d
        WHERE d.run_id = $1 AND d.step_id = $2 AND d.generation = $3 AND d.attempt = $4 AND {OfVoter}
        """;

    private const string EscalateSql = """
        UPDATE approvals a SET escalated = true, deadline_at = NULL
        FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::integer[]) AS k (run_id, step_id, generation, attempt)
        WHERE a.run_id = k.run_id AND a.step_id = k.step_id AND a.generation = k.generation AND a.attempt = k.attempt
        """;

    public static async Task<Dictionary<ApprovalKey, ApprovalWait>> RequestsAsync(
        NpgsqlConnection connection, IReadOnlyList<ApprovalKey> keys, CancellationToken ct)
    {
        var requests = new Dictionary<ApprovalKey, ApprovalWait>();
        await using var batch = new NpgsqlBatch(connection);
        AddKeys(batch.Add(RequestsSql), keys);
        await using var rows = await batch.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
            requests[Key(rows)] = JsonSerializer.Deserialize<ApprovalWait>(rows.GetString(4), NextLayerJson.Options)!; // Never a JSON null.
        return requests;
    }

    /// <summary>Votes so far, the oldest first.</summary>
    public static async Task<ILookup<ApprovalKey, ApprovalDecision>> DecisionsAsync(
        NpgsqlConnection connection, IReadOnlyList<ApprovalKey> keys, CancellationToken ct)
    {
        var decisions = new List<(ApprovalKey Key, ApprovalDecision Decision)>();
        await using var batch = new NpgsqlBatch(connection);
        AddKeys(batch.Add(DecisionsSql), keys);
        await using var rows = await batch.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
            decisions.Add((Key(rows), new ApprovalDecision
            {
                By = rows.GetString(4),
                Approved = rows.GetBoolean(5),
                Comment = rows.GetText(6),
                Data = rows.GetJson(7),
                At = rows.GetFieldValue<DateTimeOffset>(8),
                ByLink = rows.GetBoolean(9),
                InvitedBy = rows.GetText(10),
            }));
        return decisions.ToLookup(d => d.Key, d => d.Decision);
    }

    /// <summary>Call with the run locked: it looks before it writes.</summary>
    /// <returns>False when that person has voted already, under whatever name.</returns>
    public static async Task<bool> DecideAsync(NpgsqlConnection connection, ApprovalKey key, ApprovalDecision decision, Voter voter, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(DecideSql, connection);
        AddVoter(command, key, voter);
        command.Parameters.AddWithValue(decision.By);
        command.Parameters.AddWithValue(decision.Approved);
        command.Parameters.Add(Nullable(NpgsqlDbType.Text, decision.Comment));
        command.Parameters.AddWithValue(NpgsqlDbType.Json, decision.Data.GetRawText());
        command.Parameters.Add(Nullable(NpgsqlDbType.Uuid, voter.Link?.Id));
        command.Parameters.Add(Nullable(NpgsqlDbType.Text, voter.Link?.InvitedBy));
        return await command.ExecuteNonQueryAsync(ct) == 1;
    }

    /// <returns>As whom that person has voted; null while they have not.</returns>
    public static async Task<string?> FindVoteAsync(NpgsqlConnection connection, ApprovalKey key, Voter voter, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(VoteSql, connection);
        AddVoter(command, key, voter);
        return await command.ExecuteScalarAsync(ct) as string;
    }

    /// <summary>Notes that others may decide now, without a further deadline.</summary>
    public static async Task EscalateAsync(NpgsqlConnection connection, IReadOnlyList<ApprovalKey> keys, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection);
        AddKeys(batch.Add(EscalateSql), keys);
        await batch.ExecuteNonQueryAsync(ct);
    }

    private static void AddVoter(NpgsqlCommand command, ApprovalKey key, Voter voter)
    {
        key.AddTo(command);
        command.Parameters.AddWithValue(voter.Names.Append(voter.Name).Select(name => name.ToLowerInvariant()).Distinct().ToArray());
    }

    private static NpgsqlParameter Nullable(NpgsqlDbType type, object? value) => new() { NpgsqlDbType = type, Value = value ?? DBNull.Value };

    private static void AddKeys(NpgsqlBatchCommand command, IReadOnlyList<ApprovalKey> keys) =>
        command.Ids(keys, k => k.RunId).Texts(keys, k => k.StepId).Integers(keys, k => k.Generation).Integers(keys, k => k.Attempt);

    private static ApprovalKey Key(NpgsqlDataReader row) => new(row.GetGuid(0), row.GetString(1), row.GetInt32(2), row.GetInt32(3));
}
