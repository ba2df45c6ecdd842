namespace NextLayer.ControlPlane.Platform.Access;

/// <summary>Endpoint metadata: the address names a row of one tenant.</summary>
/// <param name="RouteValue">Which part of the address.</param>
internal sealed record NamedRow(RowKind Kind, string RouteValue);

internal static class NamedRows
{
    /// <summary>
    /// A caller who knows the row's tenant and has too small a role there is told so; for any other the row is not there.
    /// </summary>
    public static TBuilder OnRow<TBuilder>(this TBuilder builder, RowKind kind, string routeValue = "id")
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new NamedRow(kind, routeValue));
}
