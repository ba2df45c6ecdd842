using NextLayer.Contracts.Access;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Registry;
using Npgsql;
using NpgsqlTypes;

namespace NextLayer.ControlPlane.Features.Waits.Approvals.Links;

/// <summary>Keeps the links by which people decide without signing in.</summary>
internal sealed class ApprovalLinkStore(Databases databases, TimeProvider time)
{
    private const string SelectSql = """
        SELECT l.id, l.run_id, l.step_id, l.generation, l.attempt, l.approver, l.invited_by, l.created_at, l.expires_at, l.withdrawn_at,
               a.tenant_id, l.names, l.groups, l.subject, l.maker_kind, l.maker
        FROM approval_links l JOIN approvals a USING (run_id, step_id, generation, attempt)
        """;

    private const string FindSql = $"{SelectSql} WHERE l.secret_hash = $1";

    private const string OneSql = $"{SelectSql} WHERE l.id = $1 AND l.run_id = $2 AND a.tenant_id = $3";

    // Those that can be used first: there may be many that cannot.
    private const string ListSql = $"{SelectSql} WHERE l.run_id = $1 ORDER BY l.withdrawn_at IS NULL AND l.expires_at > $2 DESC, l.id DESC LIMIT 1000";

    private const string HoldSql = "SELECT withdrawn_at IS NULL FROM approval_links WHERE id = $1 FOR SHARE";

    private const string InsertSql = """
        INSERT INTO approval_links (id, secret_hash, run_id, step_id, generation, attempt, approver, names, groups, subject, maker_kind, maker,
                                    invited_by, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        """;

    // A new link for somebody takes the place of the one they have, which may be lost or in wrong hands.
    private const string ReplaceSql = """
        UPDATE approval_links SET withdrawn_at = $6
        WHERE run_id = $1 AND step_id = $2 AND generation = $3 AND attempt = $4 AND lower(approver) = lower($5) AND withdrawn_at IS NULL
        """;

    private const string CountSql = """
        SELECT count(*) FROM approval_links
        WHERE run_id = $1 AND step_id = $2 AND generation = $3 AND attempt = $4 AND withdrawn_at IS NULL AND expires_at > $5
          AND invited_by IS NOT NULL
        """;

    // A second withdrawal changes nothing and is none the less fulfilled.
    private const string WithdrawSql = "UPDATE approval_links SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL";

    /// <summary>Null for a link that there never was.</summary>
    public async Task<StoredLink?> FindAsync(ApprovalLinkText text, CancellationToken ct)
    {
        await using var command = databases.Main.CreateCommand(FindSql);
        command.Parameters.AddWithValue(text.Hash);
        return (await ReadAsync(command, ct)).SingleOrDefault();
    }

    /// <summary>Null where the tenant's run has no such link.</summary>
    public async Task<StoredLink?> FindAsync(Guid tenantId, Guid runId, Guid id, CancellationToken ct)
    {
        await using var command = databases.Main.CreateCommand(OneSql);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(runId);
        command.Parameters.AddWithValue(tenantId);
        return (await ReadAsync(command, ct)).SingleOrDefault();
    }

    /// <summary>Those of a run, at most 1,000: such as can be used first, then the newest. Null where the tenant has no such run.</summary>
    public async Task<IReadOnlyList<ApprovalLink>?> ListAsync(Guid tenantId, Guid runId, CancellationToken ct)
    {
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        if (!await HasRunAsync(connection, tenantId, runId, ct))
            return null;
        await using var command = new NpgsqlCommand(ListSql, connection);
        command.Parameters.AddWithValue(runId);
        command.Parameters.AddWithValue(time.GetUtcNow());
        return [.. (await ReadAsync(command, ct)).Select(link => link.View)];
    }

    /// <summary>Whoever would withdraw the link waits from here on until the transaction has ended.</summary>
    /// <returns>False when it was withdrawn before.</returns>
    public static async Task<bool> HoldAsync(NpgsqlConnection connection, Guid id, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(HoldSql, connection);
        command.Parameters.AddWithValue(id);
        return await command.ExecuteScalarAsync(ct) is true;
    }

    public static async Task<bool> HasRunAsync(NpgsqlConnection connection, Guid tenantId, Guid runId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pipeline_runs WHERE id = $1 AND tenant_id = $2)", connection);
        command.Parameters.AddWithValue(runId);
        command.Parameters.AddWithValue(tenantId);
        return await command.ExecuteScalarAsync(ct) is true;
    }

    /// <summary>How many links that somebody made for others to one wait could be used now.</summary>
    public async Task<long> CountInvitationsAsync(NpgsqlConnection connection, ApprovalKey key, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(CountSql, connection);
        key.AddTo(command);
        command.Parameters.AddWithValue(time.GetUtcNow());
        return (long)(await command.ExecuteScalarAsync(ct))!; // A count always answers.
    }

    /// <summary>Adds a link in the place of the one that its approver has to the same wait.</summary>
    public static async Task AddAsync(NpgsqlConnection connection, ApprovalLinkText text, StoredLink link, CancellationToken ct)
    {
        var view = link.View;
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var replace = new NpgsqlCommand(ReplaceSql, connection);
        link.Key.AddTo(replace);
        replace.Parameters.AddWithValue(view.Approver);
        replace.Parameters.AddWithValue(view.CreatedAt);
        await replace.ExecuteNonQueryAsync(ct);

        await using var insert = new NpgsqlCommand(InsertSql, connection);
        insert.Parameters.AddWithValue(view.Id);
        insert.Parameters.AddWithValue(text.Hash);
        link.Key.AddTo(insert);
        insert.Parameters.AddWithValue(view.Approver);
        insert.Parameters.AddWithValue(link.Names);
        insert.Parameters.AddWithValue(link.Groups);
        insert.Parameters.Add(Text(link.Subject));
        insert.Parameters.AddWithValue(EnumText.Of(link.MakerKind));
        insert.Parameters.AddWithValue(link.Maker);
        insert.Parameters.Add(Text(view.InvitedBy));
        insert.Parameters.AddWithValue(view.CreatedAt);
        insert.Parameters.AddWithValue(view.ExpiresAt);
        await insert.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
    }

    /// <summary>From here on nobody decides by it.</summary>
    public async Task WithdrawAsync(Guid id, CancellationToken ct)
    {
        await using var command = databases.Main.CreateCommand(WithdrawSql);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(time.GetUtcNow());
        await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task<List<StoredLink>> ReadAsync(NpgsqlCommand command, CancellationToken ct)
    {
        var links = new List<StoredLink>();
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
            links.Add(Read(row));
        return links;
    }

    private static StoredLink Read(NpgsqlDataReader row) => new(
        new ApprovalLink
        {
            Id = row.GetGuid(0),
            RunId = row.GetGuid(1),
            StepId = row.GetString(2),
            Generation = row.GetInt32(3),
            Attempt = row.GetInt32(4),
            Approver = row.GetString(5),
            InvitedBy = row.GetText(6),
            CreatedAt = row.GetFieldValue<DateTimeOffset>(7),
            ExpiresAt = row.GetFieldValue<DateTimeOffset>(8),
            WithdrawnAt = row.GetTime(9),
        },
        row.GetGuid(10),
        row.GetFieldValue<string[]>(11),
        row.GetFieldValue<string[]>(12),
        row.GetText(13),
        EnumText.Parse<CallerKind>(row.GetString(14)),
        row.GetString(15));

    private static NpgsqlParameter Text(string? value) => new() { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)value ?? DBNull.Value };
}
