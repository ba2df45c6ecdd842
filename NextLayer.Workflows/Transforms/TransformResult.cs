using System.Text.Json;

namespace NextLayer.Workflows.Transforms;

/// <summary>What a mode made.</summary>
internal readonly record struct TransformResult(JsonElement Json, bool IsList)
{
    public static TransformResult Of(IEnumerable<JsonElement> items) => new(
        JsonOut.Write(writer =>
        {
            writer.WriteStartArray();
            foreach (var item in items)
                item.WriteTo(writer);
            writer.WriteEndArray();
        }),
        IsList: true);
}

/// <summary>One item of the source, with its place there.</summary>
internal readonly record struct Item(JsonElement Json, int Index);
