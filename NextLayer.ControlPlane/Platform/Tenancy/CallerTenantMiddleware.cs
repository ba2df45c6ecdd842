using NextLayer.ControlPlane.Platform.Errors;

namespace NextLayer.ControlPlane.Platform.Tenancy;

/// <summary>Finds out in which tenant a call acts; refuses a malformed or unknown one.</summary>
internal sealed class CallerTenantMiddleware(RequestDelegate next, TenantDirectory tenants)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<ActsInTenant>() is not null)
        {
            if (await ResolveAsync(context) is not { } id)
                return;
            context.Features.Set(new CallerTenant(id));
        }

        await next(context);
    }

    /// <returns>Null when the call was refused.</returns>
    private async Task<Guid?> ResolveAsync(HttpContext context)
    {
        var header = context.Request.Headers[CallerTenant.HeaderName];
        if (header.Count == 0)
            return CallerTenant.DefaultId;
        if (header.Count > 1 || !Guid.TryParse(header[0], out var id))
        {
            await Problems.BadRequest("invalid_tenant", $"{CallerTenant.HeaderName} must be one tenant's id, a UUID.").ExecuteAsync(context);
            return null;
        }

        if (await tenants.ExistsAsync(id, context.RequestAborted))
            return id;
        await Problems.NotFound("tenant", id).ExecuteAsync(context);
        return null;
    }
}

/// <summary>Endpoint metadata: the endpoint acts in the caller's tenant.</summary>
internal sealed record ActsInTenant;

internal static class CallerTenantEndpoints
{
    public static TBuilder WithCallerTenant<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new ActsInTenant());
}
