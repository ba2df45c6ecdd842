using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using NextLayer.Contracts.Json;

namespace NextLayer.Contracts.Triggers;

/// <summary>How a call of a webhook ended.</summary>
[JsonConverter(typeof(LowerSnakeEnumConverter<WebhookVerdict>))]
public enum WebhookVerdict
{
    /// <summary>It made a run.</summary>
    Accepted,

    /// <summary>Its <c>webhook-id</c> or idempotency key had made a run before.</summary>
    Duplicate,

    BadSignature,

    /// <summary>The body does not fit the workflow's <c>input_schema</c>.</summary>
    InvalidInput,

    Disabled,

    /// <summary>The workflow has no published version.</summary>
    NotPublished,

    /// <summary>The tenant has made all the runs its daily limit allows.</summary>
    QuotaExceeded,
}

/// <summary>Answer of <c>POST /api/v1/triggers/webhook/{workflow_id}</c>: <c>201</c>, and <c>200</c> with the same body for a repeat.</summary>
public sealed record WebhookRun
{
    public required Guid RunId { get; init; }

    /// <summary>The version that runs: the pipeline's current one.</summary>
    public required Guid WorkflowId { get; init; }

    /// <summary><c>pending</c>: the state at creation.</summary>
    public string Status { get; init; } = "pending";

    public string TriggerType { get; init; } = "webhook";
}

/// <summary>Body of <c>PUT /api/v1/triggers/webhook/{workflow_id}/settings</c>.</summary>
public sealed record SaveWebhookSettingsRequest
{
    /// <summary>While false, calls are refused. True when absent.</summary>
    public bool? Enabled { get; init; }

    /// <summary>
    /// Whether calls must be signed; true when absent. While false, calls without a signature are taken, those with one are
    /// verified where there is a secret.
    /// </summary>
    public bool? RequireSignature { get; init; }

    /// <summary>
    /// The sender's own secret, where it is the sender who makes it: <c>whsec_</c> and 24 to 64 bytes in base64. When absent,
    /// one is made if signatures are required and there is none.
    /// </summary>
    [StringLength(100, MinimumLength = 1)]
    public string? Secret { get; init; }
}

/// <summary>Body of <c>POST /api/v1/triggers/webhook/{workflow_id}/settings/rotate</c>.</summary>
public sealed record RotateWebhookSecretRequest
{
    /// <summary>How long the secrets of before stay valid, in seconds; a day when absent, 0 ends them at once.</summary>
    [Range(0, 2_592_000)]
    public int? OverlapSeconds { get; init; }

    /// <summary>The sender's own new secret; one is made when absent.</summary>
    [StringLength(100, MinimumLength = 1)]
    public string? Secret { get; init; }
}

/// <summary>How a workflow's webhook takes calls.</summary>
public sealed record WebhookSettings
{
    /// <summary>Where to call: a path on this server.</summary>
    public required string Address { get; init; }

    public required Guid PipelineId { get; init; }
    public required bool Enabled { get; init; }
    public required bool RequireSignature { get; init; }

    /// <summary>Valid secrets, oldest first.</summary>
    public required IReadOnlyList<WebhookSecret> Secrets { get; init; }

    /// <summary>The secret just made, shown this once; null at all other times.</summary>
    public string? Secret { get; init; }

    /// <summary>Null while nobody has changed the settings.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }
}

/// <summary>A secret, as far as it is shown.</summary>
public sealed record WebhookSecret
{
    public required Guid Id { get; init; }

    /// <summary>Its end, to tell it from others: <c>whsec_…x9Q=</c>.</summary>
    public required string Hint { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null for the newest.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>One call of a webhook, in <c>GET /api/v1/triggers/webhook/{workflow_id}/deliveries</c>.</summary>
public sealed record WebhookDelivery
{
    public required Guid Id { get; init; }
    public required DateTimeOffset ReceivedAt { get; init; }
    public required WebhookVerdict Verdict { get; init; }

    /// <summary>The run it made, or that its first delivery had made.</summary>
    public Guid? RunId { get; init; }

    /// <summary>State of that run now: <c>pending</c>, <c>running</c>, <c>paused</c>, <c>completed</c>, <c>failed</c>, <c>cancelled</c>.</summary>
    public string? RunStatus { get; init; }

    /// <summary>The sender's <c>webhook-id</c>.</summary>
    public string? MessageId { get; init; }

    /// <summary>Where the connection came from; a proxy's address behind one.</summary>
    public string? RemoteAddress { get; init; }

    /// <summary>Why it was refused.</summary>
    public string? Detail { get; init; }

    /// <summary>Refusals of the same webhook shortly before that were only counted: a flood is not written down call by call.</summary>
    public required int Unrecorded { get; init; }

    /// <summary>The delivery that this one repeated because somebody asked for it; null for a sender's call.</summary>
    public Guid? RedeliveryOf { get; init; }

    /// <summary>
    /// Whether its body is kept and its sender known, so that <c>POST …/deliveries/{id}/redeliver</c> can deliver it again. Of
    /// refused calls bodies of up to 64 KiB are kept.
    /// </summary>
    public bool CanRedeliver { get; init; }
}
