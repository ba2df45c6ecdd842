using NextLayer.Contracts.Triggers;
using NextLayer.ControlPlane.Features.Quotas;

namespace NextLayer.ControlPlane.Features.Triggers.Webhooks;

/// <summary>A call that was found good and is to make a run.</summary>
internal sealed record WebhookCall
{
    public required Guid PipelineId { get; init; }
    public required TriggeredRun Run { get; init; }

    /// <summary>Kept under the keys for repeats.</summary>
    public required WebhookRun Answer { get; init; }

    /// <summary>None, one or two: whoever repeats any of them gets the first run.</summary>
    public required IReadOnlyList<WebhookKey> Keys { get; init; }

    public required WebhookCaller Caller { get; init; }
}

/// <summary>By what a repeat is known; kept in <c>idempotency_keys</c>.</summary>
/// <param name="RequestHash">Of method, address and body.</param>
/// <param name="IsStrict">Whether the same key with another request is an error; a sender's message id is believed.</param>
internal sealed record WebhookKey(string Scope, string Key, byte[] RequestHash, bool IsStrict);

/// <summary>Who called, for the list of deliveries.</summary>
/// <param name="RedeliveryOf">The delivery that this one repeats; null for a sender's call.</param>
internal sealed record WebhookCaller(string? MessageId, string? RemoteAddress, Guid? RedeliveryOf = null);

/// <summary>How the writing of a call ended.</summary>
internal enum WebhookWrite
{
    Made,

    /// <summary>One of its keys is taken, or was while this was written.</summary>
    KeyTaken,

    /// <summary>The version ceased to be approved after it had been looked up.</summary>
    VersionGone,

    /// <summary>The tenant has made its runs of the day.</summary>
    QuotaExceeded,
}

/// <summary>How the writing of a call ended, and what is left of its tenant's daily limit; null where there is none.</summary>
internal readonly record struct WebhookWritten(WebhookWrite Write, TenantQuota? Quota);
