using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Registry;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Idempotency;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Facilities;

internal static class FacilityEndpoints
{
    public static void MapFacilities(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/facilities").WithTags("Facilities");
        group.MapPost("/", CreateAsync).WithIdempotencyKey().Requires(Permission.TenantWrite).WithName("CreateFacility").WithSummary("Makes a facility.");
        group.MapGet("/", ListAsync).Requires(Permission.TenantRead).WithName("ListFacilities").WithSummary("Lists facilities, newest first.");
        group.MapGet("/{id:guid}", GetAsync).Requires(Permission.TenantRead).OnRow(RowKind.Facility).WithName("GetFacility").WithSummary("Shows a facility.");
        group.MapPatch("/{id:guid}", UpdateAsync).Requires(Permission.TenantWrite).OnRow(RowKind.Facility).WithName("UpdateFacility").WithSummary("Changes a facility.");
        group.MapDelete("/{id:guid}", DeleteAsync).Requires(Permission.TenantWrite).OnRow(RowKind.Facility).WithName("DeleteFacility").WithSummary("Deletes a facility that no connector instance refers to.");
    }

    private static Task<Results<Ok<FacilityCreated>, ProblemHttpResult>> CreateAsync(
        CreateFacilityRequest request, FacilityStore facilities, RegistryWrites writes, HttpContext context, CancellationToken ct) =>
        writes.CreateAsync(context, token => facilities.CreateAsync(request, token), ct);

    private static async Task<Ok<Page<Facility>>> ListAsync(
        [AsParameters] PageQuery page,
        [FromQuery(Name = "tenant_id")] Guid? tenantId,
        FacilityStore facilities,
        HttpContext context,
        CancellationToken ct) =>
        TypedResults.Ok(await facilities.ListAsync(tenantId, page, context, ct));

    private static async Task<Results<Ok<Facility>, ProblemHttpResult>> GetAsync(Guid id, FacilityStore facilities, CancellationToken ct) =>
        await facilities.FindAsync(id, ct) is { } found ? TypedResults.Ok(found) : Problems.NotFound("facility", id);

    private static async Task<Results<Ok<Facility>, ProblemHttpResult>> UpdateAsync(
        Guid id, UpdateFacilityRequest request, FacilityStore facilities, RegistryWrites writes, CancellationToken ct) =>
        (await writes.ChangeAsync(token => facilities.UpdateAsync(id, request, token), ct)).ToOk();

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(Guid id, FacilityStore facilities, CancellationToken ct) =>
        await facilities.DeleteAsync(id, ct) is { } problem ? problem : TypedResults.NoContent();
}
