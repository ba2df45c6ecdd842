using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Triggers;
using NextLayer.ControlPlane.Features.Quotas;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Idempotency;
using NextLayer.ControlPlane.Platform.Requests;

namespace NextLayer.ControlPlane.Features.Triggers.Webhooks;

/// <summary>Where other systems call.</summary>
internal static class WebhookEndpoints
{
    public const string Address = "/api/v1/triggers/webhook/{workflowId:guid}";

    public static string RunAddress(Guid runId) => $"/api/v1/runs/{runId}";

    public static void MapWebhooks(this IEndpointRouteBuilder api) =>
        api.MapPost(Address, ReceiveAsync).WithIdempotencyKey().Accepts<JsonElement>(isOptional: true, "application/json")
            .WithTags("Triggers").Open().WithName("CallWebhook").WithSummary("Starts a run of the workflow's current version with the body as its input.");

    private static async Task<Results<Created<WebhookRun>, Ok<WebhookRun>, ProblemHttpResult>> ReceiveAsync(
        Guid workflowId, HttpContext context, Authenticator authenticator, WebhookIntake intake, CancellationToken ct)
    {
        var (scope, refusal) = await authenticator.TryScopeAsync(context, Permission.RunsStart);
        if (refusal is not null)
            return refusal;
        var body = context.Features.Get<RequestBody>();
        var answer = await intake.ReceiveAsync(
            new IncomingCall
            {
                WorkflowId = workflowId,
                Headers = WebhookHeaders.From(context.Request.Headers),
                Body = body?.Bytes ?? default,
                Received = body?.Received ?? default,
                Key = IdempotencyRequest.From(context),
                Scope = scope,
                RemoteAddress = context.Connection.RemoteIpAddress?.ToString(),
            },
            ct);
        return Tell(answer, context.Response);
    }

    /// <summary>201 for a run that was made, 200 for that of an earlier call, or the refusal.</summary>
    public static Results<Created<WebhookRun>, Ok<WebhookRun>, ProblemHttpResult> Tell(WebhookAnswer answer, HttpResponse response)
    {
        if (answer.Refusal is null)
            answer.Quota?.WriteTo(response);
        else
            answer.Quota?.WriteRefusalTo(response);
        if (answer.Run is not { } run)
            return answer.Refusal!; // One of the two is there.
        if (!answer.IsRepeat)
            return TypedResults.Created(RunAddress(run.RunId), run);
        response.Headers.Location = RunAddress(run.RunId);
        return TypedResults.Ok(run);
    }
}
