using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Triggers;
using NextLayer.ControlPlane.Features.Quotas;
using NextLayer.ControlPlane.Features.Runs.Creating;
using NextLayer.ControlPlane.Features.Versions;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Idempotency;

namespace NextLayer.ControlPlane.Features.Triggers.Webhooks;

/// <summary>A call of a webhook as it came in.</summary>
internal sealed record IncomingCall
{
    public required Guid WorkflowId { get; init; }
    public required WebhookHeaders Headers { get; init; }

    /// <summary>Sound JSON, or nothing.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The same to the byte as it came in: this is what was signed.</summary>
    public required ReadOnlyMemory<byte> Received { get; init; }

    /// <summary>Null when the call names no key.</summary>
    public required IdempotencyRequest? Key { get; init; }

    public required string? RemoteAddress { get; init; }

    /// <summary>Where the caller's own credential lets them start runs; null for a caller without one.</summary>
    public required CallerScope? Scope { get; init; }

    /// <summary>Whether nothing but a signature can show that the call may start a run of this tenant.</summary>
    public bool NeedsSignature(Guid? tenantId) => Scope is null || (tenantId is { } tenant && !Scope.Covers(tenant));
}

/// <summary>A call of before whose sender is vouched for already.</summary>
internal sealed record KnownCall
{
    public required Guid WorkflowId { get; init; }

    /// <summary>Sound JSON.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    public required WebhookCaller Caller { get; init; }
    public required IReadOnlyList<WebhookKey> Keys { get; init; }
}

/// <summary>How a call ended: with a run, its own or an earlier one's, or with a refusal.</summary>
internal sealed record WebhookAnswer(WebhookRun? Run, bool IsRepeat, ProblemHttpResult? Refusal = null)
{
    /// <summary>What is left of the tenant's daily limit; null where it has none.</summary>
    public TenantQuota? Quota { get; init; }

    public static implicit operator WebhookAnswer(ProblemHttpResult refusal) => new(null, false, refusal);
}

/// <summary>Decides on calls of webhooks, and has runs made of the good ones.</summary>
internal sealed class WebhookIntake(WebhookTargets targets, VersionCatalog versions, WebhookWriter writer, DeliveryLog deliveries, RunIds ids)
{
    // Each try finds that what stood in the way has just gone; more than a few in a row do not happen.
    private const int MaxTries = 5;

    public async Task<WebhookAnswer> ReceiveAsync(IncomingCall call, CancellationToken ct)
    {
        if (call.Headers.IsIdUnusable)
            return Problems.Invalid(WebhookHeaders.IdName, "must be one header of 1 to 255 visible ASCII characters.");
        for (var tries = 1; ; tries++)
        {
            var found = await targets.FindAsync(call.WorkflowId, ct);
            // Nobody can vouch for an unsigned call from outside: the answer must not tell whether there is such a workflow.
            if (call.NeedsSignature(found?.TenantId) && !(call.Headers.AreSigned && found is { Secrets.Count: > 0 }))
                return call.Scope is null ? WebhookProblems.Unsigned() : Problems.NotFound("workflow", call.WorkflowId);
            if (found is not { } target)
                return Problems.NotFound("workflow", call.WorkflowId);
            var caller = new WebhookCaller(call.Headers.Id, call.RemoteAddress);
            var (input, refusal) = await JudgeAsync(call, target, ct);
            if (refusal is var (verdict, problem))
            {
                await NoteRefusalAsync(target, verdict, problem, caller, call.Body, ct);
                return problem;
            }

            if (await StartAsync(Prepare(target, input, caller, KeysOf(call, target)), call.Body, ct) is { } answer)
                return answer;
            if (tries == MaxTries)
                return Busy();
        }
    }

    /// <summary>As <see cref="ReceiveAsync"/>, without asking who calls.</summary>
    public async Task<WebhookAnswer> RedeliverAsync(KnownCall call, CancellationToken ct)
    {
        for (var tries = 1; ; tries++)
        {
            if (await targets.FindAsync(call.WorkflowId, ct) is not { } target)
                return Problems.NotFound("workflow", call.WorkflowId);
            var (input, refusal) = await JudgeInputAsync(call.Body, target, ct);
            if (refusal is var (verdict, problem))
            {
                await NoteRefusalAsync(target, verdict, problem, call.Caller, call.Body, ct);
                return problem;
            }

            var prepared = Prepare(target, input, call.Caller, call.Keys, Caller.Current?.KnownLabel);
            if (await StartAsync(prepared, call.Body, ct) is { } answer)
                return answer;
            if (tries == MaxTries)
                return Busy();
        }
    }

    private static ProblemHttpResult Busy() =>
        Problems.Conflict("webhook_busy", "Others keep changing the workflow or repeating this call at the same moment. Try again.");

    // Of calls whose sender nobody has vouched for nothing is kept.
    private Task NoteRefusalAsync(
        WebhookTarget target, WebhookVerdict verdict, ProblemHttpResult problem, WebhookCaller caller, ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        ReadOnlyMemory<byte>? kept = body;
        if (verdict is WebhookVerdict.Disabled or WebhookVerdict.BadSignature)
            kept = null;
        return deliveries.NoteAsync(target.PipelineId, verdict, caller, ct, problem.ProblemDetails.Detail, body: kept);
    }

    private async Task<(JsonElement Input, (WebhookVerdict, ProblemHttpResult)? Refusal)> JudgeAsync(
        IncomingCall call, WebhookTarget target, CancellationToken ct)
    {
        if (!target.Enabled)
            return (default, (WebhookVerdict.Disabled, Problems.Make(StatusCodes.Status403Forbidden, "webhook_disabled", "This webhook is disabled.")));
        if (IsVerified(call, target) && WebhookSignature.FindFlaw(call.Headers, call.Received.Span, target.Secrets, target.Now) is { } flaw)
            return (default, (WebhookVerdict.BadSignature, Problems.Make(StatusCodes.Status401Unauthorized, "invalid_signature", flaw)));
        return await JudgeInputAsync(call.Body, target, ct);
    }

    private async Task<(JsonElement Input, (WebhookVerdict, ProblemHttpResult)? Refusal)> JudgeInputAsync(
        ReadOnlyMemory<byte> body, WebhookTarget target, CancellationToken ct)
    {
        if (target.Current is not { } current || await versions.GetAsync(current, ct) is not { } version)
            return (default, (WebhookVerdict.NotPublished, Problems.BadRequest("workflow_not_published", "The workflow has no published version to run.")));
        if (WebhookInput.From(body.Span) is not { } input)
            return (default, (WebhookVerdict.InvalidInput, Problems.BadRequest("invalid_json", "The body is nested too deeply to become the body of a run's input.")));
        return InputCheck.Check(version, input, "$") is { } errors
            ? (default, (WebhookVerdict.InvalidInput, Problems.Invalid(errors)))
            : (input, null);
    }

    private static bool IsVerified(IncomingCall call, WebhookTarget target) =>
        target.RequireSignature || (call.Headers.AreSigned && target.Secrets.Count > 0);

    private WebhookCall Prepare(
        WebhookTarget target, JsonElement input, WebhookCaller caller, IReadOnlyList<WebhookKey> keys, string? startedBy = null)
    {
        var runId = ids.Next();
        var versionId = target.Current!.Value; // Judged good: there is one.
        var parameters = input.GetRawText();
        var run = new NewRun
        {
            Id = runId,
            TenantId = target.TenantId,
            PipelineVersionId = versionId,
            TriggerType = "webhook",
            Priority = 0,
            TraceParent = Activity.Current is { IdFormat: ActivityIdFormat.W3C, Recorded: true } current ? current.Id : null,
            StartedBy = startedBy,
            Parameters = parameters == "{}" ? null : parameters,
        };
        return new WebhookCall
        {
            PipelineId = target.PipelineId,
            Run = new TriggeredRun(run, target.PipelineId),
            Answer = new WebhookRun { RunId = runId, WorkflowId = versionId },
            Keys = keys,
            Caller = caller,
        };
    }

    // A message id that nobody vouches for is kept apart: who cannot sign must not be able to use up those of who can.
    private static List<WebhookKey> KeysOf(IncomingCall call, WebhookTarget target)
    {
        var keys = new List<WebhookKey>();
        var hash = call.Key?.RequestHash ?? SHA256.HashData(call.Body.Span);
        if (call.Key is { } key)
            keys.Add(new WebhookKey($"webhook:{target.PipelineId}", key.Key, hash, IsStrict: true));
        if (call.Headers.Id is { } id)
            keys.Add(new WebhookKey($"webhook:{target.PipelineId}:{(IsVerified(call, target) ? "signed" : "unsigned")}", id, hash, IsStrict: false));
        return keys;
    }

    /// <returns>Null when the call has to be looked at anew.</returns>
    private async Task<WebhookAnswer?> StartAsync(WebhookCall call, ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        var (write, quota) = await writer.WriteAsync(call, ct);
        switch (write)
        {
            case WebhookWrite.Made:
                return new WebhookAnswer(call.Answer, IsRepeat: false) { Quota = quota };
            case WebhookWrite.QuotaExceeded:
                var spent = QuotaAnswers.Refuse(quota!); // It was what refused.
                await deliveries.NoteAsync(call.PipelineId, WebhookVerdict.QuotaExceeded, call.Caller, ct, spent.ProblemDetails.Detail, body: body);
                return new WebhookAnswer(null, IsRepeat: false, spent) { Quota = quota };
            case WebhookWrite.VersionGone:
                return null;
            case WebhookWrite.KeyTaken when await writer.FindRepeatedAsync(call, ct) is var (first, isOther):
                if (isOther)
                    return Problems.Unprocessable("idempotency_key_reused", "The idempotency key was used for another call of this webhook. Take a new key, or repeat that call unchanged.");
                await deliveries.NoteAsync(call.PipelineId, WebhookVerdict.Duplicate, call.Caller, ct, runId: first.RunId);
                return new WebhookAnswer(first, IsRepeat: true) { Quota = quota };
            default:
                return null; // Whoever had the key gave it back.
        }
    }
}
