using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using NextLayer.Contracts.Access;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Requests;
using NextLayer.ControlPlane.Platform.Tenancy;
using NextLayer.ControlPlane.Platform.Validation;

namespace NextLayer.ControlPlane.Features.Access;

/// <summary>The query string of <c>GET /api/v1/audit</c>.</summary>
[QueryParameters]
internal sealed record AuditQuery(
    [property: StringLength(255), FromQuery(Name = "actor"), Description("The subject of who did it.")] string? Actor = null,
    [property: StringLength(100), FromQuery(Name = "action"), Description("An operation of this document, by its id.")] string? Action = null,
    [property: StringLength(100), FromQuery(Name = "object_type")] string? ObjectType = null,
    [property: StringLength(255), FromQuery(Name = "object_id")] string? ObjectId = null,
    [property: FromQuery(Name = "from"), Description("At this time or later.")] QueryTime? From = null,
    [property: FromQuery(Name = "to"), Description("Before this time.")] QueryTime? To = null,
    [property: Range(1, 200), FromQuery(Name = "limit"), Description("Entries on a page, 1 to 200.")] int Limit = 50,
    [property: FromQuery(Name = "cursor"), Description("next_cursor of the page before.")] string? Cursor = null);

internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder api) =>
        api.MapGet("/api/v1/audit", ListAsync).WithTags("Access").WithCallerTenant().Requires(Permission.AuditRead).WithName("ListAudit")
            .WithSummary("Lists who changed what, newest first.");

    private static async Task<Results<Ok<AuditPage>, ProblemHttpResult>> ListAsync(
        [AsParameters] AuditQuery query, [AsParameters] ManagedScope scope, CallerTenant tenant, Caller caller, AuditReader audit, CancellationToken ct)
    {
        var (tenantId, problem) = scope.Resolve(tenant, caller, Permission.AuditRead);
        if (problem is not null)
            return problem;
        Guid? before = null;
        if (query.Cursor is not null)
        {
            if (!Guid.TryParseExact(query.Cursor, "N", out var cursor))
                return Problems.Invalid("cursor", "must be the next_cursor of an earlier page.");
            before = cursor;
        }

        return TypedResults.Ok(await audit.ReadAsync(tenantId, query, before, ct));
    }
}
