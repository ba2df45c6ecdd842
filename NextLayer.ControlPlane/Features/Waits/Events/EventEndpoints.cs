using System.Text;
using System.Text.Json;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Runs.Reporting;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Tenancy;

namespace NextLayer.ControlPlane.Features.Waits.Events;

/// <summary>Events from outside, for <c>wait_for_event</c>.</summary>
internal static class EventEndpoints
{
    private static readonly JsonElement Null = JsonElement.Parse("null");

    public static void MapEvents(this IEndpointRouteBuilder api) =>
        api.MapPost("/api/v1/events", PostAsync).WithCallerTenant().WithTags("Events").Requires(Permission.EventsPost).NotAudited().WithName("PostEvent")
            .WithSummary("Tells waiting runs that something happened.")
            .Produces<PostedEvent>(StatusCodes.Status201Created).Produces<PostedEvent>();

    private static async Task<IResult> PostAsync(
        PostEventRequest request, CallerTenant tenant, EventStore events, NewsHub hub, CancellationToken ct)
    {
        var payload = request.Payload is { ValueKind: not JsonValueKind.Undefined } given ? given : Null;
        if (Encoding.UTF8.GetByteCount(payload.GetRawText()) > StepReportRules.MaxOutputBytes)
            return Problems.Invalid("payload", $"has more than {StepReportRules.MaxOutputBytes / 1024} KiB.");
        var (posted, isNew) = await events.AddAsync(tenant.Id, request, payload, ct);
        if (isNew)
        {
            hub.Waits.Pulse();
            return TypedResults.Json(posted, statusCode: StatusCodes.Status201Created);
        }

        return posted.Name == request.Name && posted.CorrelationKey == request.CorrelationKey && JsonElement.DeepEquals(posted.Payload, payload)
            ? TypedResults.Ok(posted)
            : Problems.Unprocessable("event_id_reused", $"Event {posted.Id} was posted before with another name, key or payload.");
    }
}
