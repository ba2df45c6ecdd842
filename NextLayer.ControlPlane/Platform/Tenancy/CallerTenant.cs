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

    /// <summary>Set by the middleware, so that a refusal comes before anything is bound.</summary>
    public static ValueTask<CallerTenant> BindAsync(HttpContext context, ParameterInfo parameter) =>
        new(context.Features.Get<CallerTenant>()
            ?? throw new InvalidOperationException($"{context.Request.Path} takes the caller's tenant but is not marked with {nameof(CallerTenantEndpoints.WithCallerTenant)}."));
}
