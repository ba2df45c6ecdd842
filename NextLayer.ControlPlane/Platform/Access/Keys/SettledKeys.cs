using Microsoft.Extensions.Options;
using NextLayer.Contracts.Access;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Registry;
using Npgsql;

namespace NextLayer.ControlPlane.Platform.Access.Keys;

/// <summary>
/// Makes the keys that the settings name, so that a new installation has somebody who may make others. A setting that
/// changes replaces the key of the same id; one that is removed leaves its key, to be revoked like any other.
/// </summary>
internal sealed class SettledKeys(Databases databases, IOptions<AuthOptions> options, RunIds ids, ILogger<SettledKeys> logger)
{
    private const string CreatedBy = "settings";

    private const string KeySql = """
        INSERT INTO api_keys (id, key_id, secret_hash, name, created_by) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (key_id) DO UPDATE SET secret_hash = excluded.secret_hash, revoked_at = NULL
        WHERE api_keys.created_by = excluded.created_by AND (api_keys.secret_hash <> excluded.secret_hash OR api_keys.revoked_at IS NOT NULL)
        """;

    private const string RoleSql = """
        INSERT INTO memberships (id, kind, subject, role, name, created_by) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (kind, subject) WHERE tenant_id IS NULL DO UPDATE SET role = excluded.role
        WHERE memberships.role <> excluded.role
        """;

    private const string AdministratorSql = "SELECT EXISTS (SELECT FROM memberships WHERE tenant_id IS NULL AND role = 'admin')";

    public async Task SaveAsync(CancellationToken ct)
    {
        await SaveAsync(options.Value.AdminKey, Role.Admin, "Administrator, from the settings", ct);
        await SaveAsync(options.Value.WorkerKey, Role.Worker, "Workers, from the settings", ct);
        if (options.Value is { Required: true, Administrators: "" } && !await HasAdministratorAsync(ct))
            logger.NobodyAdministers();
    }

    private async Task<bool> HasAdministratorAsync(CancellationToken ct)
    {
        await using var command = databases.Main.CreateCommand(AdministratorSql);
        return await command.ExecuteScalarAsync(ct) is true;
    }

    private async Task SaveAsync(string? text, Role role, string name, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(text) || ApiKeyText.Parse(text) is not { } key)
            return; // AuthOptionsRules has refused what is no key.
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await ExecuteAsync(connection, KeySql, [ids.Next(), key.KeyId, key.SecretHash, name, CreatedBy], ct);
        await ExecuteAsync(connection, RoleSql, [ids.Next(), EnumText.Of(CallerKind.ApiKey), key.KeyId, EnumText.Of(role), name, CreatedBy], ct);
        await transaction.CommitAsync(ct);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, object[] values, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        await command.ExecuteNonQueryAsync(ct);
    }
}
