using System.Reflection;

namespace NextLayer.ControlPlane.Platform.Access;

/// <summary>In which tenants a caller has the right that an endpoint asks for. Endpoints take it as a parameter.</summary>
/// <param name="Tenants">Null for every tenant there is or will be; never empty inside an endpoint.</param>
internal sealed record CallerScope(IReadOnlyList<Guid>? Tenants)
{
    public static readonly CallerScope Everything = new((IReadOnlyList<Guid>?)null);

    private static readonly AsyncLocal<CallerScope?> Ambient = new();

    /// <summary>
    /// The scope of the call that is being served; <see cref="Everything"/> outside of one. For the second line of defence
    /// beneath stores, which are told their tenants besides.
    /// </summary>
    public static CallerScope Current => Ambient.Value ?? Everything;

    public bool IsEverything => Tenants is null;

    public bool Covers(Guid tenantId) => Tenants is null || Tenants.Contains(tenantId);

    /// <summary>The tenants to read where a filter names one or none; null for all, empty where it names a foreign one.</summary>
    public IReadOnlyList<Guid>? Narrow(Guid? tenantId) =>
        tenantId is not { } one ? Tenants : Covers(one) ? [one] : [];

    /// <summary>Makes this the scope of what the current flow of control does from here on.</summary>
    public void Enter() => Ambient.Value = this;

    /// <summary>Set by the middleware, from the endpoint's <see cref="AccessRule"/>.</summary>
    public static ValueTask<CallerScope?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        new(context.Features.Get<CallerScope>()
            ?? throw new InvalidOperationException($"{context.Request.Path} takes the caller's scope but asks for no permission."));
}
