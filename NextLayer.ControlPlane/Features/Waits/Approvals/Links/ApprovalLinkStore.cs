using Microsoft.Extensions.Options;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Registry;
using Npgsql;
using NpgsqlTypes;

namespace NextLayer.ControlPlane.Features.Waits.Approvals.Links;

/// <summary>Keeps the links by which people decide without signing in.</summary>
internal sealed class ApprovalLinkStore(Databases databases, IOptions<AuthOptions> auth, TimeProvider time)
{
    private const string Columns = """
        l.id, l.run_id, l.step_id, l.generation, l.attempt, l.approver, l.invited_by, l.created_at, l.expires_at, l.withdrawn_at,
        a.tenant_id, l.names, l.groups, l.is_known, l.member_id IS NOT NULL, m.role, m.role IS NOT NULL AND m.tenant_id IS NULL
        """;

    private const string From = """
        FROM approval_links l
        JOIN approvals a USING (run_id, step_id, generation, attempt)
        LEFT JOIN memberships m ON m.id = l.member_id
        """;

    private const string FindSql = $"SELECT {Columns} {From} WHERE l.secret_hash = $1";

    private const string ListSql = $"SELECT {Columns} {From} WHERE l.run_id = $1 ORDER BY l.id DESC LIMIT 1000";

    private const string InsertSql = """
        INSERT INTO approval_links (id, secret_hash, run_id, step_id, generation, attempt, approver, names, groups, member_id, is_known,
                                    invited_by, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        """;

    private const string CountSql = """
        SELECT count(*) FROM approval_links
        WHERE run_id = $1 AND step_id = $2 AND generation = $3 AND attempt = $4 AND withdrawn_at IS NULL AND expires_at > $5
        """;

    // A second withdrawal changes nothing and is none the less fulfilled.
    private const string WithdrawSql = "UPDATE approval_links SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL";

    // The tenant's own roles before those in all tenants.
    private const string MemberSql = """
        SELECT id, tenant_id, subject, role, email FROM memberships
        WHERE kind = 'user' AND (tenant_id = $1 OR tenant_id IS NULL) AND (subject = $2 OR 'user:' || subject = $2 OR ($3 AND lower(email) = lower($2)))
        ORDER BY tenant_id NULLS LAST LIMIT 1
        """;

    /// <summary>The link, and whether it is worth anything now; null for one that there never was.</summary>
    public async Task<StoredLink?> FindAsync(ApprovalLinkText text, CancellationToken ct)
    {
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        return await ReadOneAsync(connection, FindSql, text.Hash, ct);
    }

    /// <summary>The same, and whoever would withdraw it waits until the caller's transaction has ended.</summary>
    public Task<StoredLink?> HoldAsync(NpgsqlConnection connection, ApprovalLinkText text, CancellationToken ct) =>
        ReadOneAsync(connection, $"{FindSql} FOR SHARE OF l", text.Hash, ct);

    /// <summary>All of a run, newest first; those that can no longer be used too. Null where the tenant has no such run.</summary>
    public async Task<IReadOnlyList<ApprovalLink>?> ListAsync(Guid tenantId, Guid runId, CancellationToken ct)
    {
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        if (!await HasRunAsync(connection, tenantId, runId, ct))
            return null;
        await using var command = new NpgsqlCommand(ListSql, connection);
        command.Parameters.AddWithValue(runId);
        await using var row = await command.ExecuteReaderAsync(ct);
        var links = new List<ApprovalLink>();
        while (await row.ReadAsync(ct))
            links.Add(Read(row).View);
        return links;
    }

    public static async Task<bool> HasRunAsync(NpgsqlConnection connection, Guid tenantId, Guid runId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pipeline_runs WHERE id = $1 AND tenant_id = $2)", connection);
        command.Parameters.AddWithValue(runId);
        command.Parameters.AddWithValue(tenantId);
        return await command.ExecuteScalarAsync(ct) is true;
    }

    /// <summary>How many links to one wait could be used now.</summary>
    public async Task<long> CountUsableAsync(NpgsqlConnection connection, ApprovalKey key, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(CountSql, connection);
        AddKey(command, key);
        command.Parameters.AddWithValue(time.GetUtcNow());
        return (long)(await command.ExecuteScalarAsync(ct))!; // A count always answers.
    }

    public static async Task AddAsync(NpgsqlConnection connection, ApprovalLinkText text, ApprovalLink link, Voter voter, Guid? memberId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(InsertSql, connection);
        command.Parameters.AddWithValue(link.Id);
        command.Parameters.AddWithValue(text.Hash);
        AddKey(command, new ApprovalKey(link.RunId, link.StepId, link.Generation, link.Attempt));
        command.Parameters.AddWithValue(link.Approver);
        command.Parameters.AddWithValue(voter.Names.ToArray());
        command.Parameters.AddWithValue(voter.Groups.ToArray());
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Uuid, Value = (object?)memberId ?? DBNull.Value });
        command.Parameters.AddWithValue(voter.IsKnown);
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)link.InvitedBy ?? DBNull.Value });
        command.Parameters.AddWithValue(link.CreatedAt);
        command.Parameters.AddWithValue(link.ExpiresAt);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>From here on nobody decides by it.</summary>
    public async Task WithdrawAsync(Guid id, CancellationToken ct)
    {
        await using var command = databases.Main.CreateCommand(WithdrawSql);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(time.GetUtcNow());
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The member of that name.</summary>
    /// <param name="name">Subject, <c>user:subject</c>, or e-mail address.</param>
    /// <param name="byEmail">False where only a subject proves anything.</param>
    public static async Task<LinkMember?> FindMemberAsync(NpgsqlConnection connection, Guid tenantId, string name, bool byEmail, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(MemberSql, connection);
        command.Parameters.AddWithValue(tenantId);
        command.Parameters.AddWithValue(name);
        command.Parameters.AddWithValue(byEmail);
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct)
            ? new LinkMember(row.GetGuid(0), row.GetString(2), row.IsDBNull(1) ? null : row.GetString(3), row.GetText(4))
            : null;
    }

    private async Task<StoredLink?> ReadOneAsync(NpgsqlConnection connection, string sql, byte[] hash, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue(hash);
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) ? Read(row).JudgedAt(time.GetUtcNow(), auth.Value.Required) : null;
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
        row.GetBoolean(13),
        row.GetBoolean(14),
        row.GetText(15) is { } role ? EnumText.Parse<Role>(role) : null,
        row.GetBoolean(16));

    private static void AddKey(NpgsqlCommand command, ApprovalKey key)
    {
        command.Parameters.AddWithValue(key.RunId);
        command.Parameters.AddWithValue(key.StepId);
        command.Parameters.AddWithValue(key.Generation);
        command.Parameters.AddWithValue(key.Attempt);
    }
}

/// <summary>Somebody with a role in the tenant.</summary>
/// <param name="Role">In the tenant; null for a role in every tenant.</param>
internal sealed record LinkMember(Guid Id, string Subject, string? Role, string? Email);
