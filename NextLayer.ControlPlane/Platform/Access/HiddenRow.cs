namespace NextLayer.ControlPlane.Platform.Access;

/// <summary>
/// Hides a row from the call that is being served: the endpoint looks for an id that no row has, and so does and answers
/// whatever it does when there is no such row, the order of its checks included. Only where an answer names the row does
/// it name it as the caller did.
/// </summary>
internal static class HiddenRow
{
    /// <summary>A v8 UUID; those made here are v7.</summary>
    private static readonly Guid NoRow = Guid.Parse("00000000-0000-8000-8000-000000000000");

    private static readonly AsyncLocal<Guid?> Asked = new();

    public static void Hide(HttpContext context, string routeValue, Guid id)
    {
        context.Request.RouteValues[routeValue] = NoRow.ToString();
        Asked.Value = id;
    }

    /// <summary>The id as the caller gave it.</summary>
    public static object AsAsked(object id) => id is Guid guid && guid == NoRow && Asked.Value is { } asked ? asked : id;
}
