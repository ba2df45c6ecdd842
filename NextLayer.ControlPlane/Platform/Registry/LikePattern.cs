namespace NextLayer.ControlPlane.Platform.Registry;

/// <summary>Patterns for <c>LIKE</c> and <c>ILIKE</c> from text in which nothing has a meaning of its own.</summary>
internal static class LikePattern
{
    public static string Containing(string text) =>
        $"%{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)}%";
}
