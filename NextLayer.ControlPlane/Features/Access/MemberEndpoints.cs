using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Access;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Idempotency;
using NextLayer.ControlPlane.Platform.Registry;
using NextLayer.ControlPlane.Platform.Tenancy;

namespace NextLayer.ControlPlane.Features.Access;

internal static class MemberEndpoints
{
    private const string Address = "/api/v1/members";

    public static void MapMembers(this IEndpointRouteBuilder api)
    {
        var members = api.MapGroup(Address).WithTags("Access").WithCallerTenant();
        members.MapGet("/", ListAsync).Requires(Permission.MembersManage).WithName("ListMembers").WithSummary("Lists who has which role, newest first.");
        members.MapPost("/", AddAsync).WithIdempotencyKey().Requires(Permission.MembersManage).WithName("AddMember").WithSummary("Gives a person a role.");
        members.MapPatch("/{id:guid}", ChangeAsync).Requires(Permission.MembersManage).WithName("ChangeMember").WithSummary("Changes a member's role.");
        members.MapDelete("/{id:guid}", RemoveAsync).Requires(Permission.MembersManage).WithName("RemoveMember").WithSummary("Takes a person's role away.");
    }

    private static async Task<Results<Ok<IReadOnlyList<Member>>, ProblemHttpResult>> ListAsync(
        [AsParameters] ManagedScope scope, [AsParameters] PageNumberQuery page, CallerTenant tenant, Caller caller, MemberStore members,
        HttpContext context, CancellationToken ct)
    {
        var (tenantId, problem) = scope.Resolve(tenant, caller, Permission.MembersManage);
        if (problem is not null)
            return problem;
        var (items, total) = await members.ListAsync(tenantId, page, ct);
        context.Response.Headers[PageQueryExtensions.TotalCount] = total.ToString();
        return TypedResults.Ok(items);
    }

    private static async Task<Results<Created<Member>, Ok<Member>, ProblemHttpResult>> AddAsync(
        AddMemberRequest request, [AsParameters] ManagedScope scope, CallerTenant tenant, Caller caller, MemberStore members,
        RegistryWrites writes, HttpContext context, CancellationToken ct)
    {
        var (tenantId, problem) = scope.Resolve(tenant, caller, Permission.MembersManage);
        return problem is not null
            ? problem
            : await writes.CreateAsync(context, token => members.AddAsync(tenantId, request, caller, token), member => $"{Address}/{member.Id}", ct);
    }

    private static async Task<Results<Ok<Member>, ProblemHttpResult>> ChangeAsync(
        Guid id, ChangeMemberRequest request, [AsParameters] ManagedScope scope, CallerTenant tenant, Caller caller, MemberStore members,
        RegistryWrites writes, CancellationToken ct)
    {
        var (tenantId, problem) = scope.Resolve(tenant, caller, Permission.MembersManage);
        return problem is not null ? problem : (await writes.ChangeAsync(token => members.ChangeAsync(tenantId, id, request.Role, caller, token), ct)).ToOk();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(
        Guid id, [AsParameters] ManagedScope scope, CallerTenant tenant, Caller caller, MemberStore members, CancellationToken ct)
    {
        var (tenantId, problem) = scope.Resolve(tenant, caller, Permission.MembersManage);
        return (problem ?? await members.RemoveAsync(tenantId, id, ct)) is { } refusal ? refusal : TypedResults.NoContent();
    }
}
