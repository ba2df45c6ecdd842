using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Access;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Access.Keys;
using NextLayer.ControlPlane.Platform.Idempotency;
using NextLayer.ControlPlane.Platform.Registry;
using NextLayer.ControlPlane.Platform.Tenancy;

namespace NextLayer.ControlPlane.Features.Access;

internal static class ApiKeyEndpoints
{
    private const string Address = "/api/v1/api-keys";

    public static void MapApiKeys(this IEndpointRouteBuilder api)
    {
        var keys = api.MapGroup(Address).WithTags("Access").WithCallerTenant();
        keys.MapGet("/", ListAsync).Requires(Permission.KeysManage).WithName("ListApiKeys").WithSummary("Lists keys without their secrets, newest first.");
        keys.MapPost("/", CreateAsync).WithIdempotencyKey().Requires(Permission.KeysManage).WithName("CreateApiKey").WithSummary("Makes a key and shows it, this once.");
        keys.MapDelete("/{id:guid}", RevokeAsync).Requires(Permission.KeysManage).WithName("RevokeApiKey").WithSummary("Ends a key for good.");
    }

    private static async Task<Results<Ok<IReadOnlyList<ApiKey>>, ProblemHttpResult>> ListAsync(
        [AsParameters] ManagedScope scope, [AsParameters] PageNumberQuery page, CallerTenant tenant, Caller caller, ApiKeyStore keys,
        HttpContext context, CancellationToken ct)
    {
        var (tenantId, problem) = scope.Resolve(tenant, caller, Permission.KeysManage);
        if (problem is not null)
            return problem;
        var (items, total) = await keys.ListAsync(tenantId, page, ct);
        context.Response.Headers[PageQueryExtensions.TotalCount] = total.ToString();
        return TypedResults.Ok(items);
    }

    private static async Task<Results<Created<NewApiKey>, Ok<NewApiKey>, ProblemHttpResult>> CreateAsync(
        CreateApiKeyRequest request, [AsParameters] ManagedScope scope, CallerTenant tenant, Caller caller, ApiKeyStore keys,
        RegistryWrites writes, HttpContext context, CancellationToken ct)
    {
        var (tenantId, problem) = scope.Resolve(tenant, caller, Permission.KeysManage);
        if (problem is not null)
            return problem;
        context.Response.Headers.CacheControl = "no-store";
        var text = ApiKeyText.Create();
        var answer = await writes.CreateAsync(
            context, token => keys.CreateAsync(tenantId, request, text, caller, token), key => $"{Address}/{key.Id}", ct);
        // Only here: what is kept for repeats of the call has no secret.
        return answer.Result is Created<NewApiKey> { Value: { } made } ? TypedResults.Created($"{Address}/{made.Id}", made with { Key = text.Reveal() }) : answer;
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeAsync(
        Guid id, [AsParameters] ManagedScope scope, CallerTenant tenant, Caller caller, ApiKeyStore keys, CancellationToken ct)
    {
        var (tenantId, problem) = scope.Resolve(tenant, caller, Permission.KeysManage);
        return (problem ?? await keys.RevokeAsync(tenantId, id, ct)) is { } refusal ? refusal : TypedResults.NoContent();
    }
}
