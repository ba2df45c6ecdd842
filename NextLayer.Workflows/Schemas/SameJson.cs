using System.Text.Json;

namespace NextLayer.Workflows.Schemas;

/// <summary>Equality of JSON values: numbers by value, objects whatever the order of their members.</summary>
internal sealed class SameJson : IEqualityComparer<JsonElement>
{
    public static SameJson Instance { get; } = new();

    public bool Equals(JsonElement x, JsonElement y) => JsonElement.DeepEquals(x, y);

    // Coarse on purpose for objects: their members may come in any order.
    public int GetHashCode(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!.GetHashCode(StringComparison.Ordinal),
        JsonValueKind.Number => value.GetDouble().GetHashCode(),
        JsonValueKind.Array => value.EnumerateArray().Aggregate(17, (hash, item) => HashCode.Combine(hash, GetHashCode(item))),
        JsonValueKind.Object => value.EnumerateObject().Aggregate(31, (hash, member) => hash + HashCode.Combine(member.Name, GetHashCode(member.Value))),
        var kind => (int)kind,
    };
}
