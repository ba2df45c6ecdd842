using System.Security.Cryptography;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Secrets;

namespace NextLayer.ControlPlane.Features.Triggers.Webhooks;

/// <summary>What an address of a webhook leads to, and how it takes calls.</summary>
internal sealed record WebhookTarget
{
    public required Guid TenantId { get; init; }
    public required Guid PipelineId { get; init; }

    /// <summary>The version to start; null when none is published.</summary>
    public required Guid? Current { get; init; }

    public required bool Enabled { get; init; }
    public required bool RequireSignature { get; init; }

    /// <summary>Valid secrets.</summary>
    public required IReadOnlyList<byte[]> Secrets { get; init; }

    /// <summary>The database's clock.</summary>
    public required DateTimeOffset Now { get; init; }
}

/// <summary>Looks up, with one query, all that deciding on a call takes.</summary>
internal sealed partial class WebhookTargets(Databases databases, SecretBox box, ILogger<WebhookTargets> logger)
{
    // The tenant is the workflow's own: a sender outside knows the address and nothing of tenants.
    private const string FindSql = $"""
        SELECT p.tenant_id, p.pipeline_id, c.id, coalesce(w.enabled, true), coalesce(w.require_signature, false),
               ARRAY(SELECT sealed FROM webhook_secrets WHERE pipeline_id = p.pipeline_id AND (expires_at IS NULL OR expires_at > now())),
               now()
        FROM pipeline_versions p
        LEFT JOIN webhooks w ON w.pipeline_id = p.pipeline_id
        LEFT JOIN {TriggerTargets.CurrentVersion}
        WHERE p.id = $1
        """;

    /// <returns>Null when there is no such workflow.</returns>
    public async Task<WebhookTarget?> FindAsync(Guid workflowId, CancellationToken ct)
    {
        await using var command = databases.Hot.CreateCommand(FindSql);
        command.Parameters.AddWithValue(workflowId);
        await using var row = await command.ExecuteReaderAsync(ct);
        if (!await row.ReadAsync(ct))
            return null;
        var pipelineId = row.GetGuid(1);
        return new WebhookTarget
        {
            TenantId = row.GetGuid(0),
            PipelineId = pipelineId,
            Current = row.GetId(2),
            Enabled = row.GetBoolean(3),
            RequireSignature = row.GetBoolean(4),
            Secrets = [.. row.GetFieldValue<byte[][]>(5).Select(s => Open(pipelineId, s)).OfType<byte[]>()],
            Now = row.GetFieldValue<DateTimeOffset>(6),
        };
    }

    // A secret that cannot be opened verifies nothing; the call is then refused like one with a bad signature.
    private byte[]? Open(Guid pipelineId, byte[] @sealed)
    {
        try
        {
            return box.Open(WebhookSettingsStore.Purpose(pipelineId), @sealed);
        }
        catch (CryptographicException ex)
        {
            LogUnreadable(ex, pipelineId);
            return null;
        }
    }

    [LoggerMessage(1702, LogLevel.Error, "A webhook secret of pipeline {PipelineId} cannot be opened: the key it was sealed with is not in the key ring")]
    private partial void LogUnreadable(Exception ex, Guid pipelineId);
}
