using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Triggers;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Idempotency;

namespace NextLayer.ControlPlane.Features.Triggers.Webhooks;

/// <summary>
/// Delivers a call of before once more: a delivery and a run of its own, judged as a sender's call is but for the signature,
/// which was good then. Only the caller's own idempotency key makes two of these one.
/// </summary>
internal sealed class WebhookRedelivery(Databases databases, WebhookTargets targets, DeliveryLog deliveries, WebhookIntake intake)
{
    /// <param name="key">Null when the caller names none: every call then makes a run.</param>
    /// <param name="remoteAddress">Of who asks for it.</param>
    public async Task<WebhookAnswer> RedeliverAsync(
        Guid workflowId, Guid tenantId, Guid deliveryId, IdempotencyRequest? key, string? remoteAddress, CancellationToken ct)
    {
        if (await FindPipelineAsync(workflowId, tenantId, ct) is not { } pipelineId)
            return Problems.NotFound("workflow", workflowId);
        if (await deliveries.FindAsync(pipelineId, deliveryId, ct) is not { } delivery)
            return Problems.NotFound("delivery", deliveryId);
        if (Refuse(delivery) is { } refusal)
            return refusal;
        if (await targets.FindAsync(workflowId, ct) is { Enabled: false })
            return Problems.Conflict("webhook_disabled", "This webhook is disabled. Let it take calls again before you deliver one.");
        var again = new KnownCall
        {
            WorkflowId = workflowId,
            Body = Encoding.UTF8.GetBytes(delivery.Body!), // Refused above where there is none.
            Caller = new WebhookCaller(delivery.MessageId, remoteAddress, delivery.Id),
            Keys = key is null ? [] : [new WebhookKey($"webhook-redelivery:{delivery.Id}", key.Key, key.RequestHash, IsStrict: true)],
        };
        return await intake.RedeliverAsync(again, ct);
    }

    private static ProblemHttpResult? Refuse(KeptDelivery delivery) => delivery switch
    {
        { Verdict: WebhookVerdict.BadSignature } => Problems.Conflict("delivery_not_genuine", "The call's signature was bad: nobody knows who sent it. Have its sender send it again."),
        { Verdict: WebhookVerdict.Disabled } => Problems.Conflict("delivery_not_genuine", "The webhook was disabled when the call came, so its signature was not looked at. Have its sender send it again."),
        { Verdict: WebhookVerdict.Duplicate } => Problems.Conflict("delivery_is_a_repeat", $"The call repeated an earlier one, which made run {delivery.RunId}. Deliver that one again."),
        { Body: null } => Problems.Conflict("delivery_body_not_kept", $"The call's body is not kept: its run is gone, or the body was longer than {DeliveryLog.MaxKeptBytes} bytes. Have its sender send it again."),
        _ => null,
    };

    private async Task<Guid?> FindPipelineAsync(Guid workflowId, Guid tenantId, CancellationToken ct)
    {
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        return (await TriggerTargets.FindAsync(connection, workflowId, tenantId, ct))?.PipelineId;
    }
}
