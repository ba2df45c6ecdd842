using System.Text.Json;

namespace NextLayer.Workflows.Catalog;

/// <summary>Reads the JSON that stands in the catalog's source.</summary>
internal static class StepSchema
{
    public static JsonElement Json(string json) => JsonElement.Parse(json);

    /// <summary>A property of a config as text, or null where it is absent or no text.</summary>
    public static string? TextOf(JsonElement config, string name) =>
        config.ValueKind == JsonValueKind.Object && config.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    /// <summary>The objects in a list of a config; nothing where there is no such list.</summary>
    public static IEnumerable<JsonElement> ObjectsIn(JsonElement config, string name) =>
        config.ValueKind == JsonValueKind.Object && config.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Where(i => i.ValueKind == JsonValueKind.Object)
            : [];
}
