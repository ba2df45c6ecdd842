namespace NextLayer.Workflows;

/// <summary>
/// Keeps what is said about a document in proportion to it: a name of half a megabyte, repeated in every path and
/// sentence that leads through it, would make gigabytes of one.
/// </summary>
internal static class Shortened
{
    private const int MaxName = 100;
    private const int MaxPath = 500;

    public static string Name(string name) => Text(name, MaxName);

    public static string Text(string text, int most) => text.Length <= most ? text : text[..most] + "…";

    /// <summary>The path of a member; one that is long enough already stays as it is.</summary>
    public static string Member(string path, string name) =>
        path.Length == 0 ? Name(name) : path.Length > MaxPath ? path : $"{path}.{Name(name)}";

    /// <summary>The path of an entry of a list.</summary>
    public static string Item(string path, int index) => path.Length > MaxPath ? path : $"{path}[{index}]";
}
