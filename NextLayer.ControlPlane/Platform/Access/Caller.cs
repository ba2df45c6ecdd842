using System.Collections.Frozen;
using System.Reflection;
using NextLayer.Contracts.Access;

namespace NextLayer.ControlPlane.Platform.Access;

/// <summary>Who calls, and what they may do where. Endpoints take it as a parameter.</summary>
internal sealed class Caller
{
    /// <summary>Whoever calls while authentication is off.</summary>
    public static readonly Caller Development = new()
    {
        Kind = CallerKind.Development,
        Subject = "development",
        Name = "Authentication is off",
        PlatformRole = Role.Admin,
    };

    private static readonly AsyncLocal<Caller?> Ambient = new();

    /// <summary>Who made the call that is being served; null outside of one.</summary>
    public static Caller? Current => Ambient.Value;

    public required CallerKind Kind { get; init; }

    /// <summary>The token's <c>sub</c>, or the key's public part.</summary>
    public required string Subject { get; init; }

    public string? Name { get; init; }

    public string? Email { get; init; }

    /// <summary>When the credential ends by itself.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Role in every tenant and for the installation itself.</summary>
    public Role? PlatformRole { get; init; }

    public IReadOnlyDictionary<Guid, Role> Roles { get; init; } = FrozenDictionary<Guid, Role>.Empty;

    /// <summary>Narrows every role to these; null for no narrowing.</summary>
    public FrozenSet<Permission>? Scopes { get; init; }

    /// <summary>Groups that the identity provider vouches for, from the token's <c>groups</c>.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>As the audit log and <c>created_by</c> name them.</summary>
    public string Label => Kind == CallerKind.Development ? Subject : $"{(Kind == CallerKind.User ? "user" : "key")}:{Subject}";

    /// <summary>The same; null while authentication is off, when nobody is known.</summary>
    public string? KnownLabel => Kind == CallerKind.Development ? null : Label;

    /// <summary>Whether the caller may know of the tenant at all.</summary>
    public bool Knows(Guid tenantId) => PlatformRole is not null || Roles.ContainsKey(tenantId);

    public bool HasEverywhere(Permission permission) =>
        PlatformRole is { } role && PermissionTable.OfPlatform(role).Contains(permission) && InScopes(permission);

    public bool Has(Permission permission, Guid tenantId) =>
        HasEverywhere(permission)
        || (Roles.TryGetValue(tenantId, out var role) && PermissionTable.Of(role).Contains(permission) && InScopes(permission));

    /// <summary>Where the caller has the right; empty tenants where nowhere.</summary>
    public CallerScope ScopeOf(Permission permission) =>
        HasEverywhere(permission)
            ? CallerScope.Everything
            : new CallerScope([.. Roles.Keys.Where(tenant => Has(permission, tenant)).Order()]);

    public IReadOnlyList<Permission> PermissionsIn(Guid tenantId) =>
        Roles.TryGetValue(tenantId, out var role) ? [.. PermissionTable.Of(role).Where(InScopes).Order()] : [];

    public IReadOnlyList<Permission> PlatformPermissions() =>
        PlatformRole is { } role ? [.. PermissionTable.OfPlatform(role).Where(InScopes).Order()] : [];

    /// <summary>Makes this the caller of what the current flow of control does from here on.</summary>
    public void Enter() => Ambient.Value = this;

    private bool InScopes(Permission permission) => Scopes is null || Scopes.Contains(permission);

    /// <summary>Set by the middleware on every endpoint that is not open.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        new(context.Features.Get<Caller>()
            ?? throw new InvalidOperationException($"{context.Request.Path} takes the caller but is open to everybody."));
}
