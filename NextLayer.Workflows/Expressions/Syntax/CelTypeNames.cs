namespace NextLayer.Workflows.Expressions;

/// <summary>Names that stand for types, such as in <c>type(x) == int</c>.</summary>
internal static class CelTypeNames
{
    private static readonly HashSet<string> Simple =
        ["bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type"];

    private static readonly HashSet<string> Qualified = ["google.protobuf.Timestamp", "google.protobuf.Duration"];

    public static CelValue? Find(string name) => Simple.Contains(name) ? CelValue.Type(name) : null;

    /// <summary>A type literal where a selection completes a qualified type name.</summary>
    public static CelLiteralNode? TryMake(CelNode operand, CelToken name)
    {
        if (operand.Path is not "google.protobuf")
            return null;
        var qualified = $"{operand.Path}.{name.Text}";
        return Qualified.Contains(qualified) ? new CelLiteralNode(name.Position, CelValue.Type(qualified)) : null;
    }
}
