using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Triggers;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Idempotency;
using NextLayer.ControlPlane.Platform.Registry;
using NextLayer.ControlPlane.Platform.Tenancy;

namespace NextLayer.ControlPlane.Features.Triggers.Webhooks;

/// <summary>Where a webhook's owner looks after it.</summary>
internal static class WebhookSettingsEndpoints
{
    public static void MapWebhookSettings(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup(WebhookEndpoints.Address).WithTags("Triggers").WithCallerTenant();
        group.MapGet("/settings", GetAsync).Requires(Permission.TriggersRead).WithName("GetWebhookSettings").WithSummary("Shows how a workflow's webhook takes calls.");
        group.MapPut("/settings", SaveAsync).Requires(Permission.TriggersWrite).WithName("SaveWebhookSettings").WithSummary("Sets how a workflow's webhook takes calls.");
        group.MapPost("/settings/rotate", RotateAsync).Requires(Permission.TriggersWrite).WithName("RotateWebhookSecret").WithSummary("Makes a new secret; the old ones stay valid for a while.");
        group.MapDelete("/settings", DeleteAsync).Requires(Permission.TriggersWrite).WithName("DeleteWebhookSettings").WithSummary("Forgets settings and secrets: unsigned calls are taken again.");
        group.MapGet("/deliveries", ListAsync).Requires(Permission.TriggersRead).WithName("ListWebhookDeliveries").WithSummary("Lists the last calls, newest first.");
        group.MapPost("/deliveries/{id:guid}/redeliver", RedeliverAsync).WithIdempotencyKey().Requires(Permission.RunsStart).WithName("RedeliverWebhookDelivery")
            .WithSummary("Delivers a call once more, with the body it had: a delivery and a run of its own. The new delivery has its run's id.");
    }

    private static async Task<Results<Ok<WebhookSettings>, ProblemHttpResult>> GetAsync(
        Guid workflowId, CallerTenant tenant, WebhookSettingsStore settings, CancellationToken ct) =>
        (await settings.FindAsync(workflowId, tenant.Id, ct)).ToOk();

    private static async Task<Results<Ok<WebhookSettings>, ProblemHttpResult>> SaveAsync(
        Guid workflowId, SaveWebhookSettingsRequest request, CallerTenant tenant, WebhookSettingsStore settings, HttpContext context, CancellationToken ct)
    {
        context.Response.Headers.CacheControl = "no-store"; // It may hold the secret.
        return (await settings.SaveAsync(workflowId, request, tenant.Id, ct)).ToOk();
    }

    private static async Task<Results<Ok<WebhookSettings>, ProblemHttpResult>> RotateAsync(
        Guid workflowId, RotateWebhookSecretRequest request, CallerTenant tenant, WebhookSettingsStore settings, HttpContext context, CancellationToken ct)
    {
        context.Response.Headers.CacheControl = "no-store";
        return (await settings.RotateAsync(workflowId, request, tenant.Id, ct)).ToOk();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid workflowId, CallerTenant tenant, WebhookSettingsStore settings, CancellationToken ct) =>
        await settings.DeleteAsync(workflowId, tenant.Id, ct) ? TypedResults.NoContent() : Problems.NotFound("webhook_settings", workflowId);

    private static async Task<Results<Created<WebhookRun>, Ok<WebhookRun>, ProblemHttpResult>> RedeliverAsync(
        Guid workflowId, Guid id, CallerTenant tenant, WebhookRedelivery redelivery, HttpContext context, CancellationToken ct)
    {
        var answer = await redelivery.RedeliverAsync(
            workflowId, tenant.Id, id, IdempotencyRequest.From(context), context.Connection.RemoteIpAddress?.ToString(), ct);
        return WebhookEndpoints.Tell(answer, context.Response);
    }

    private static async Task<Results<Ok<IReadOnlyList<WebhookDelivery>>, ProblemHttpResult>> ListAsync(
        Guid workflowId, [AsParameters] PageNumberQuery page, CallerTenant tenant, WebhookSettingsStore settings, DeliveryLog deliveries, HttpContext context, CancellationToken ct)
    {
        var found = await settings.FindAsync(workflowId, tenant.Id, ct);
        if (found.Value is not { } webhook)
            return found.Problem!; // One of the two is there.
        var (items, total) = await deliveries.ListAsync(webhook.PipelineId, page, ct);
        context.Response.Headers[PageQueryExtensions.TotalCount] = total.ToString(CultureInfo.InvariantCulture);
        return TypedResults.Ok(items);
    }
}
