using NextLayer.Contracts.Triggers;

namespace NextLayer.ControlPlane.Features.Triggers.Webhooks;

/// <summary>A delivery of before, with what is left of it to be delivered again.</summary>
/// <param name="RunId">The run it made, or repeated.</param>
/// <param name="Body">Sound JSON; null where it is not kept.</param>
internal sealed record KeptDelivery(Guid Id, WebhookVerdict Verdict, Guid? RunId, string? MessageId, string? Body);
