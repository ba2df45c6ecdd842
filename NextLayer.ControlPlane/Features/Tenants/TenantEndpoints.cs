using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Registry;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Idempotency;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Tenants;

internal static class TenantEndpoints
{
    public static void MapTenants(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/tenants").WithTags("Tenants");
        group.MapPost("/", CreateAsync).WithIdempotencyKey().Requires(Permission.TenantsManage).WithName("CreateTenant").WithSummary("Makes a tenant.");
        group.MapGet("/", ListAsync).Requires(Permission.TenantRead).WithName("ListTenants").WithSummary("Lists tenants, newest first.");
        group.MapGet("/{id:guid}", GetAsync).Requires(Permission.TenantRead).OnRow(RowKind.Tenant).WithName("GetTenant").WithSummary("Shows a tenant.");
        group.MapPatch("/{id:guid}", UpdateAsync).Requires(Permission.TenantWrite).OnRow(RowKind.Tenant).WithName("UpdateTenant").WithSummary("Changes a tenant.");
        group.MapDelete("/{id:guid}", DeleteAsync).Requires(Permission.TenantsManage).OnRow(RowKind.Tenant).WithName("DeleteTenant").WithSummary("Deletes a tenant that nothing refers to.");
    }

    private static Task<Results<Ok<TenantCreated>, ProblemHttpResult>> CreateAsync(
        CreateTenantRequest request, TenantStore tenants, RegistryWrites writes, HttpContext context, CancellationToken ct) =>
        writes.CreateAsync(context, token => tenants.CreateAsync(request, token), ct);

    private static async Task<Ok<Page<Tenant>>> ListAsync(
        [AsParameters] PageQuery page,
        string? slug,
        [StringLength(200), Description("Part of the name or slug.")] string? q,
        TenantStore tenants,
        HttpContext context,
        CancellationToken ct) =>
        TypedResults.Ok(await tenants.ListAsync(slug, q, page, context, ct));

    private static async Task<Results<Ok<Tenant>, ProblemHttpResult>> GetAsync(Guid id, TenantStore tenants, CancellationToken ct) =>
        await tenants.FindAsync(id, ct) is { } tenant ? TypedResults.Ok(tenant) : Problems.NotFound("tenant", id);

    private static async Task<Results<Ok<Tenant>, ProblemHttpResult>> UpdateAsync(
        Guid id, UpdateTenantRequest request, Caller caller, TenantStore tenants, RegistryWrites writes, CancellationToken ct) =>
        // What a tenant pays for, and how much it may run, is not its own to decide.
        (request.BillingStatus is not null || request.DailyRunLimit.IsSet) && !caller.HasEverywhere(Permission.TenantsManage)
            ? AccessProblems.Forbidden(Permission.TenantsManage)
            : (await writes.ChangeAsync(token => tenants.UpdateAsync(id, request, token), ct)).ToOk();

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(Guid id, TenantStore tenants, CancellationToken ct) =>
        await tenants.DeleteAsync(id, ct) is { } problem ? problem : TypedResults.NoContent();
}
