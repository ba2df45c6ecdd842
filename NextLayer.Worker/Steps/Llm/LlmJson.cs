using System.Text.Json;

namespace NextLayer.Worker.Steps.Llm;

/// <summary>Reads JSON that models and their providers write.</summary>
internal static class LlmJson
{
    public static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    /// <summary>A number two levels down; 0 where it is not told.</summary>
    public static long Count(JsonElement json, string parent, string name) =>
        json.TryGetProperty(parent, out var map) && map.ValueKind == JsonValueKind.Object
        && map.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var count)
            ? count
            : 0;

    /// <summary>The JSON in an answer. Models like to put it between fences or words, however they are asked.</summary>
    public static JsonElement? Find(string content)
    {
        var text = content.Trim();
        return Parse(text) ?? Parse(Between(text, "```", "```")) ?? Parse(From(text, '{', '}')) ?? Parse(From(text, '[', ']'));
    }

    private static JsonElement? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        try
        {
            return JsonElement.Parse(text, new JsonDocumentOptions { AllowTrailingCommas = true, MaxDepth = 56, AllowDuplicateProperties = false });
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Between(string text, string open, string close)
    {
        var start = text.IndexOf(open, StringComparison.Ordinal);
        var end = text.LastIndexOf(close, StringComparison.Ordinal);
        var line = start < 0 ? -1 : text.IndexOf('\n', start); // The fence may name a language.
        return line > 0 && line < end ? text[line..end].Trim() : null;
    }

    private static string? From(string text, char open, char close)
    {
        var (start, end) = (text.IndexOf(open, StringComparison.Ordinal), text.LastIndexOf(close));
        return start >= 0 && end > start ? text[start..(end + 1)] : null;
    }
}
