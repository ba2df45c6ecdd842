using Microsoft.Extensions.Primitives;
using NextLayer.ControlPlane.Platform.Errors;

namespace NextLayer.ControlPlane.Platform.Tenancy;

/// <summary>Finds out in which tenant a call acts; refuses a malformed or unknown one.</summary>
internal sealed class CallerTenantMiddleware(RequestDelegate next, TenantDirectory tenants)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<ActsInTenant>() is { } acts && !await TryResolveAsync(context, acts.OrInAll))
            return;
        await next(context);
    }

    /// <returns>False when the call was refused.</returns>
    private async Task<bool> TryResolveAsync(HttpContext context, bool orInAll)
    {
        var named = context.Request.Headers[CallerTenant.HeaderName];
        var source = CallerTenant.HeaderName;
        if (orInAll && context.Request.Query.TryGetValue(CallerTenant.QueryName, out var asked))
            (named, source) = (StringValues.Concat(named, asked), CallerTenant.QueryName);
        if (named.Count == 0)
        {
            if (!orInAll)
                context.Features.Set(new CallerTenant(CallerTenant.DefaultId));
            return true;
        }

        if (!Guid.TryParse(named[0], out var id) || named.Any(other => other != named[0]))
        {
            await Problems.BadRequest("invalid_tenant", $"{source} must be one tenant's id, a UUID.").ExecuteAsync(context);
            return false;
        }

        if (!await tenants.ExistsAsync(id, context.RequestAborted))
        {
            await Problems.NotFound("tenant", id).ExecuteAsync(context);
            return false;
        }

        context.Features.Set(new CallerTenant(id));
        return true;
    }
}

/// <summary>Endpoint metadata: the endpoint acts in the caller's tenant.</summary>
/// <param name="OrInAll">It also takes the tenant from the query, and acts in all that the caller may see when none is named.</param>
internal sealed record ActsInTenant(bool OrInAll);

internal static class CallerTenantEndpoints
{
    public static TBuilder WithCallerTenant<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new ActsInTenant(OrInAll: false));

    /// <summary>For endpoints that show every tenant's rows to whoever may see them, or those of the tenant that is named.</summary>
    public static TBuilder WithCallerTenantOrAll<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new ActsInTenant(OrInAll: true));
}
