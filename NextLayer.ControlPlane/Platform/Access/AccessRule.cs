using Microsoft.AspNetCore.Authorization;
using NextLayer.Contracts.Access;

namespace NextLayer.ControlPlane.Platform.Access;

/// <summary>Endpoint metadata: who may call. Every endpoint has one; <see cref="AccessRules.Verify"/> sees to it.</summary>
/// <param name="Permission">Null where being somebody is enough.</param>
/// <param name="IsOpen">Nobody is asked who they are.</param>
internal sealed record AccessRule(Permission? Permission, bool IsOpen = false);

/// <summary>Endpoint metadata: the call is too frequent, or changes too little, for the audit log.</summary>
internal sealed record NotAudited;

internal static class AccessRules
{
    /// <summary>Only callers with the right in at least one tenant; <see cref="CallerScope"/> says in which.</summary>
    public static TBuilder Requires<TBuilder>(this TBuilder builder, Permission permission)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new AccessRule(permission));

    /// <summary>Any caller with a valid credential.</summary>
    public static TBuilder RequiresSignIn<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new AccessRule(Permission: null));

    /// <summary>Everybody.</summary>
    public static TBuilder Open<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new AccessRule(Permission: null, IsOpen: true));

    public static TBuilder NotAudited<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new NotAudited());

    /// <summary>Null for an endpoint that was forgotten.</summary>
    public static AccessRule? Of(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<AccessRule>()
        ?? (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null ? null : new AccessRule(Permission: null, IsOpen: true));

    /// <summary>Refuses to go on where an endpoint was forgotten, so that it cannot stand open by mistake.</summary>
    public static void Verify(IEnumerable<EndpointDataSource> sources)
    {
        var forgotten = sources.SelectMany(source => source.Endpoints)
            .Where(endpoint => Of(endpoint) is null)
            .Select(endpoint => endpoint.DisplayName)
            .ToList();
        if (forgotten.Count > 0)
            throw new InvalidOperationException($"These endpoints say neither which permission they ask for nor that they are open: {string.Join("; ", forgotten)}.");
    }
}
