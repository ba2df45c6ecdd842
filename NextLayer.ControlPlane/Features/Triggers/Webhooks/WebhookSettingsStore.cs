using NextLayer.Contracts.Triggers;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;
using NextLayer.ControlPlane.Platform.Secrets;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Triggers.Webhooks;

/// <summary>Reads and changes how webhooks take calls. Without a row a webhook is enabled and signed by nobody.</summary>
internal sealed class WebhookSettingsStore(Databases databases, SecretBox box, RunIds ids)
{
    /// <summary>Senders need time to change over, but not all of the past.</summary>
    private const int MostSecrets = 5;

    private const int UsualOverlapSeconds = 86_400;

    /// <summary>What a webhook's secrets are sealed for.</summary>
    public static string Purpose(Guid pipelineId) => $"webhook/{pipelineId}";

    public async Task<Outcome<WebhookSettings>> FindAsync(Guid workflowId, Guid tenantId, CancellationToken ct)
    {
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        return await TriggerTargets.FindAsync(connection, workflowId, tenantId, ct) is { } target
            ? await ReadAsync(connection, workflowId, target.PipelineId, secret: null, ct)
            : Problems.NotFound("workflow", workflowId);
    }

    private const string SaveSql = """
        INSERT INTO webhooks (pipeline_id, tenant_id, enabled, require_signature) VALUES ($1, $2, $3, $4)
        ON CONFLICT (pipeline_id) DO UPDATE SET enabled = excluded.enabled, require_signature = excluded.require_signature, updated_at = now()
        """;

    public async Task<Outcome<WebhookSettings>> SaveAsync(
        Guid workflowId, SaveWebhookSettingsRequest request, Guid tenantId, CancellationToken ct)
    {
        if (!TryRead(request.Secret, out var given))
            return InvalidSecret;
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await TriggerTargets.FindAsync(connection, workflowId, tenantId, ct) is not { } target)
            return Problems.NotFound("workflow", workflowId);
        var mustSign = request.RequireSignature ?? true;
        // Locks the webhook's row until the end: of two calls at once one makes the secret.
        await using var save = new NpgsqlCommand(SaveSql, connection);
        save.Parameters.AddWithValue(target.PipelineId);
        save.Parameters.AddWithValue(tenantId);
        save.Parameters.AddWithValue(request.Enabled ?? true);
        save.Parameters.AddWithValue(mustSign);
        await save.ExecuteNonQueryAsync(ct);
        byte[]? made = null;
        if (given is not null || (mustSign && await CountSecretsAsync(connection, target.PipelineId, ct) == 0))
        {
            await ExpireSecretsAsync(connection, target.PipelineId, overlapSeconds: 0, ct);
            await AddSecretAsync(connection, target.PipelineId, given ?? (made = WebhookSecretText.Make()), ct);
        }

        var settings = await ReadAsync(connection, workflowId, target.PipelineId, made, ct);
        await transaction.CommitAsync(ct);
        return settings;
    }

    private const string LockSql = """
        INSERT INTO webhooks (pipeline_id, tenant_id, enabled, require_signature) VALUES ($1, $2, true, true)
        ON CONFLICT (pipeline_id) DO UPDATE SET updated_at = now()
        """;

    public async Task<Outcome<WebhookSettings>> RotateAsync(
        Guid workflowId, RotateWebhookSecretRequest request, Guid tenantId, CancellationToken ct)
    {
        if (!TryRead(request.Secret, out var given))
            return InvalidSecret;
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await TriggerTargets.FindAsync(connection, workflowId, tenantId, ct) is not { } target)
            return Problems.NotFound("workflow", workflowId);
        await using var locking = new NpgsqlCommand(LockSql, connection);
        locking.Parameters.AddWithValue(target.PipelineId);
        locking.Parameters.AddWithValue(tenantId);
        await locking.ExecuteNonQueryAsync(ct);
        await ExpireSecretsAsync(connection, target.PipelineId, request.OverlapSeconds ?? UsualOverlapSeconds, ct);
        if (await CountSecretsAsync(connection, target.PipelineId, ct) >= MostSecrets)
            return Problems.Conflict("too_many_secrets", $"{MostSecrets} secrets of this webhook are still valid. Rotate with overlap_seconds: 0 to end them, or wait until one expires.");
        var made = given is null ? WebhookSecretText.Make() : null;
        await AddSecretAsync(connection, target.PipelineId, given ?? made!, ct); // One of the two is there.
        var settings = await ReadAsync(connection, workflowId, target.PipelineId, made, ct);
        await transaction.CommitAsync(ct);
        return settings;
    }

    private const string DeleteSql = """
        DELETE FROM webhooks WHERE pipeline_id = (SELECT pipeline_id FROM pipeline_versions WHERE id = $1 AND tenant_id = $2)
        """;

    /// <returns>False when there were none.</returns>
    public async Task<bool> DeleteAsync(Guid workflowId, Guid tenantId, CancellationToken ct)
    {
        await using var command = databases.Main.CreateCommand(DeleteSql);
        command.Parameters.AddWithValue(workflowId);
        command.Parameters.AddWithValue(tenantId);
        return await command.ExecuteNonQueryAsync(ct) == 1;
    }

    private static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult InvalidSecret =>
        Problems.Invalid("secret", "must be whsec_ followed by 24 to 64 bytes in base64.");

    private static bool TryRead(string? text, out byte[]? secret)
    {
        secret = text is null ? null : WebhookSecretText.Read(text);
        return text is null || secret is not null;
    }

    private const string CountSql = "SELECT count(*) FROM webhook_secrets WHERE pipeline_id = $1 AND (expires_at IS NULL OR expires_at > now())";

    private static async Task<long> CountSecretsAsync(NpgsqlConnection connection, Guid pipelineId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(CountSql, connection);
        command.Parameters.AddWithValue(pipelineId);
        return (long)(await command.ExecuteScalarAsync(ct))!; // A count is always there.
    }

    // An overlap never makes a secret live longer than it would have.
    private const string ExpireSql = """
        UPDATE webhook_secrets SET expires_at = least(expires_at, now() + make_interval(secs => $2)) WHERE pipeline_id = $1
        """;

    private const string SweepSql = "DELETE FROM webhook_secrets WHERE pipeline_id = $1 AND expires_at <= now()";

    private static async Task ExpireSecretsAsync(NpgsqlConnection connection, Guid pipelineId, int overlapSeconds, CancellationToken ct)
    {
        await using var expire = new NpgsqlCommand(ExpireSql, connection);
        expire.Parameters.AddWithValue(pipelineId);
        expire.Parameters.AddWithValue((double)overlapSeconds);
        await expire.ExecuteNonQueryAsync(ct);
        await using var sweep = new NpgsqlCommand(SweepSql, connection);
        sweep.Parameters.AddWithValue(pipelineId);
        await sweep.ExecuteNonQueryAsync(ct);
    }

    private const string AddSql = "INSERT INTO webhook_secrets (id, pipeline_id, sealed, hint) VALUES ($1, $2, $3, $4)";

    private async Task AddSecretAsync(NpgsqlConnection connection, Guid pipelineId, byte[] secret, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(AddSql, connection);
        command.Parameters.AddWithValue(ids.Next());
        command.Parameters.AddWithValue(pipelineId);
        command.Parameters.AddWithValue(box.Seal(Purpose(pipelineId), secret));
        command.Parameters.AddWithValue(WebhookSecretText.Hint(secret));
        await command.ExecuteNonQueryAsync(ct);
    }

    private const string ReadSql = """
        SELECT w.enabled, w.require_signature, w.updated_at, s.id, s.hint, s.created_at, s.expires_at
        FROM webhooks w
        LEFT JOIN webhook_secrets s ON s.pipeline_id = w.pipeline_id AND (s.expires_at IS NULL OR s.expires_at > now())
        WHERE w.pipeline_id = $1 ORDER BY s.id
        """;

    private static async Task<WebhookSettings> ReadAsync(
        NpgsqlConnection connection, Guid workflowId, Guid pipelineId, byte[]? secret, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(ReadSql, connection);
        command.Parameters.AddWithValue(pipelineId);
        await using var row = await command.ExecuteReaderAsync(ct);
        var secrets = new List<WebhookSecret>();
        var settings = new WebhookSettings
        {
            Address = $"/api/v1/triggers/webhook/{workflowId}",
            PipelineId = pipelineId,
            Enabled = true,
            RequireSignature = false,
            Secrets = secrets,
            Secret = secret is null ? null : WebhookSecretText.Write(secret),
        };
        while (await row.ReadAsync(ct))
        {
            settings = settings with { Enabled = row.GetBoolean(0), RequireSignature = row.GetBoolean(1), UpdatedAt = row.GetTime(2) };
            if (!row.IsDBNull(3))
                secrets.Add(new WebhookSecret { Id = row.GetGuid(3), Hint = row.GetString(4), CreatedAt = row.GetFieldValue<DateTimeOffset>(5), ExpiresAt = row.GetTime(6) });
        }

        return settings;
    }
}
