using System.Text.Json;
using System.Text.Json.Nodes;

namespace NextLayer.Worker.Steps.Llm;

/// <summary>A small value that fits a schema, as far as the schema says plainly what it wants.</summary>
internal static class FakeSample
{
    private const int Deepest = 8;

    public static JsonNode? Of(JsonElement schema, string question, int depth = 0)
    {
        if (schema.ValueKind != JsonValueKind.Object || depth > Deepest)
            return null;
        foreach (var name in new[] { "const", "default" })
        {
            if (schema.TryGetProperty(name, out var given))
                return JsonNode.Parse(given.GetRawText());
        }

        foreach (var name in new[] { "enum", "examples" })
        {
            if (schema.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0)
                return JsonNode.Parse(list[0].GetRawText());
        }

        foreach (var name in new[] { "anyOf", "oneOf", "allOf" })
        {
            if (schema.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0)
                return Of(list[0], question, depth + 1);
        }

        return TypeOf(schema) switch
        {
            "object" => Object(schema, question, depth),
            "array" => Array(schema, question, depth),
            "string" => Text(schema, question),
            "integer" => (long)Math.Ceiling(Number(schema, "minimum") ?? Math.Min(Number(schema, "maximum") ?? 1, 1)),
            "number" => Number(schema, "minimum") ?? Math.Min(Number(schema, "maximum") ?? 1, 1),
            "boolean" => true,
            _ => null,
        };
    }

    private static string? TypeOf(JsonElement schema)
    {
        if (!schema.TryGetProperty("type", out var type))
            return schema.TryGetProperty("properties", out _) ? "object" : "string";
        return type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().FirstOrDefault().GetString() : type.GetString();
    }

    private static JsonObject Object(JsonElement schema, string question, int depth) =>
        schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object
            ? new JsonObject(properties.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, Of(p.Value, question, depth + 1))))
            : [];

    private static JsonArray Array(JsonElement schema, string question, int depth)
    {
        var item = schema.TryGetProperty("items", out var items) ? items : default;
        return new JsonArray([.. Enumerable.Range(0, (int)Math.Clamp(Number(schema, "minItems") ?? 1, 0, 10)).Select(_ => Of(item, question, depth + 1))]);
    }

    private static string Text(JsonElement schema, string question)
    {
        var format = LlmJson.Text(schema, "format");
        var text = format switch
        {
            "date-time" => "2030-01-01T00:00:00Z",
            "date" => "2030-01-01",
            "time" => "00:00:00Z",
            "email" => "fake@example.com",
            "uri" or "url" => "https://example.com/",
            "uuid" => "00000000-0000-4000-8000-000000000000",
            _ => question.Trim(),
        };
        var most = (int)Math.Min(Number(schema, "maxLength") ?? 100, 100_000);
        if (text.Length > most)
            text = text[..most];
        return text.PadRight((int)Math.Clamp(Number(schema, "minLength") ?? 0, 0, 100_000), '.');
    }

    private static double? Number(JsonElement schema, string name) =>
        schema.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
