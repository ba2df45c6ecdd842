using System.Reflection;

namespace NextLayer.ControlPlane.Platform.Tenancy;

/// <summary>
/// The tenant a call acts in, for endpoints that name none: header <c>X-Tenant-Id</c>, else the tenant <c>default</c>.
/// Endpoints below <see cref="CallerTenantEndpoints.WithCallerTenant{TBuilder}"/> take it as a parameter.
/// </summary>
internal sealed record CallerTenant(Guid Id)
{
    public const string HeaderName = "X-Tenant-Id";

    /// <summary>The tenant that exists from the first start (migration 0001).</summary>
    public static readonly Guid DefaultId = Guid.Parse("00000000-0000-7000-8000-000000000001");

    /// <summary>Names the tenant of a browser's WebSocket, which can send no header.</summary>
    public const string QueryName = "tenant_id";

    /// <summary>
    /// Set by the middleware, so that a refusal comes before anything is bound. Null where the endpoint need not act in
    /// one tenant and the call names none.
    /// </summary>
    public static ValueTask<CallerTenant?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        new(context.Features.Get<CallerTenant>() is { } tenant ? tenant
            : context.GetEndpoint()?.Metadata.GetMetadata<ActsInTenant>() is { OrInAll: true } ? null
            : throw new InvalidOperationException($"{context.Request.Path} takes the caller's tenant but is not marked with {nameof(CallerTenantEndpoints.WithCallerTenant)}."));
}
