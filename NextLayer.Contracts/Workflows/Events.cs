using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace NextLayer.Contracts.Workflows;

/// <summary>Body of <c>POST /api/v1/events</c>: something happened that waiting steps may care for.</summary>
public sealed record PostEventRequest
{
    /// <summary>What happened, such as <c>payment.received</c>.</summary>
    [StringLength(200, MinimumLength = 1)]
    public required string Name { get; init; }

    /// <summary>Whom it concerns; steps that name a key only see events with that key.</summary>
    [StringLength(500)]
    public string? CorrelationKey { get; init; }

    /// <summary>Any JSON, at most 256 KiB; null when absent.</summary>
    public JsonElement? Payload { get; init; }

    /// <summary>The sender's own id of the event: posting it again changes nothing. One is made when absent.</summary>
    [StringLength(200, MinimumLength = 1)]
    public string? Id { get; init; }
}

/// <summary>Answer of <c>POST /api/v1/events</c>: <c>201</c>, or <c>200</c> for an event that was known.</summary>
public sealed record PostedEvent
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public string? CorrelationKey { get; init; }
    public required JsonElement Payload { get; init; }
    public required DateTimeOffset ReceivedAt { get; init; }
}
