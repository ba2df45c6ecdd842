using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Primitives;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;

namespace NextLayer.ControlPlane.Platform.Tenancy;

/// <summary>Finds out in which tenant a call acts; refuses a malformed, unknown or foreign one.</summary>
internal sealed class CallerTenants(TenantDirectory tenants)
{
    /// <returns>The tenant, or null with the problem to answer with; null without one where the call acts in all that it may.</returns>
    public async ValueTask<(CallerTenant? Tenant, ProblemHttpResult? Problem)> ResolveAsync(
        HttpContext context, ActsInTenant acts, Caller caller, CallerScope scope)
    {
        var named = context.Request.Headers[CallerTenant.HeaderName];
        var source = CallerTenant.HeaderName;
        if (acts.OrInAll && context.Request.Query.TryGetValue(CallerTenant.QueryName, out var asked))
            (named, source) = (StringValues.Concat(named, asked), CallerTenant.QueryName);
        if (named.Count == 0)
            return acts.OrInAll ? (null, null) : Choose(scope);
        if (!Guid.TryParse(named[0], out var id) || named.Any(other => other != named[0]))
            return (null, Problems.Make(
                StatusCodes.Status400BadRequest, "invalid_tenant", $"{source} must be one tenant's id, a UUID.", new Dictionary<string, string[]> { [source] = ["must be one tenant's id, a UUID."] }));
        if (!caller.Knows(id) || !await tenants.ExistsAsync(id, context.RequestAborted))
            return (null, Problems.NotFound("tenant", id));
        return scope.Covers(id) ? (new CallerTenant(id), null) : (null, AccessProblems.Forbidden(context, id));
    }

    private static (CallerTenant? Tenant, ProblemHttpResult? Problem) Choose(CallerScope scope) => scope.Tenants switch
    {
        null => (new CallerTenant(CallerTenant.DefaultId), null),
        [var only] => (new CallerTenant(only), null),
        _ => (null, Problems.BadRequest("tenant_required", $"You may do this in several tenants: name one in the header {CallerTenant.HeaderName}.")),
    };
}

/// <summary>Endpoint metadata: the endpoint acts in the caller's tenant.</summary>
/// <param name="OrInAll">It also takes the tenant from the query, and acts in all that the caller may see when none is named.</param>
internal sealed record ActsInTenant(bool OrInAll);

internal static class CallerTenantEndpoints
{
    public static TBuilder WithCallerTenant<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new ActsInTenant(OrInAll: false));

    /// <summary>For endpoints that show the rows of all tenants the caller may see, or those of the tenant that is named.</summary>
    public static TBuilder WithCallerTenantOrAll<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new ActsInTenant(OrInAll: true));
}
