namespace NextLayer.Workflows.Expressions;

internal enum CelKind : byte
{
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    List,
    Map,
    Timestamp,
    Duration,
    Type,
    Optional,
    Error,
}

internal static class CelKinds
{
    /// <summary>The name the language gives the type of such a value.</summary>
    public static string TypeName(this CelKind kind) => kind switch
    {
        CelKind.Null => "null_type",
        CelKind.Timestamp => "google.protobuf.Timestamp",
        CelKind.Duration => "google.protobuf.Duration",
        CelKind.Optional => "optional_type",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
