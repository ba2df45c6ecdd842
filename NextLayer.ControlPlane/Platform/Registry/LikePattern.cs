namespace NextLayer.ControlPlane.Platform.Registry;

/// <summary>Patterns for <c>LIKE</c> and <c>ILIKE</c> from text in which nothing has a meaning of its own.</summary>
internal static class LikePattern
{
    /// <summary>To be named with <c>EF.Functions.ILike</c>, which else switches escapes off; SQL's own default is the same.</summary>
    public const string Escape = @"\";

    public static string Containing(string text) =>
        $"%{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)}%";
}
