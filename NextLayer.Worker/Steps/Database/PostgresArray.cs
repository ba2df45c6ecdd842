using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NextLayer.Worker.Steps.Database;

/// <summary>Arrays as PostgreSQL writes them: <c>{1,NULL,"a \"b\""}</c>.</summary>
internal static class PostgresArray
{
    /// <summary>A list of plain values; one that holds objects is JSON and no array.</summary>
    public static bool TryWrite(JsonElement list, out string text)
    {
        var array = new StringBuilder("{");
        foreach (var value in list.EnumerateArray())
        {
            if (array.Length > 1)
                array.Append(',');
            switch (value.ValueKind)
            {
                case JsonValueKind.Null:
                    array.Append("NULL");
                    break;
                case JsonValueKind.String:
                    array.Append('"').Append(value.GetString()!.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"'); // A string is never null.
                    break;
                case JsonValueKind.Array when TryWrite(value, out var inner):
                    array.Append(inner);
                    break;
                case JsonValueKind.Object or JsonValueKind.Array:
                    text = "";
                    return false;
                default:
                    array.Append(value.GetRawText());
                    break;
            }
        }

        text = array.Append('}').ToString();
        return true;
    }

    /// <summary>Null where the text is none that is understood, such as one with bounds of its own.</summary>
    /// <param name="text">The array.</param>
    /// <param name="element">Makes the JSON of one element.</param>
    public static JsonArray? TryRead(string text, Func<string, JsonNode?> element)
    {
        var at = 0;
        return text.StartsWith('{') && Read(text, ref at, element) is { } array && at == text.Length ? array : null;
    }

    private static JsonArray? Read(string text, ref int at, Func<string, JsonNode?> element)
    {
        var array = new JsonArray();
        at++; // The brace.
        while (at < text.Length)
        {
            switch (text[at])
            {
                case '}':
                    at++;
                    return array;
                case ',':
                    at++;
                    break;
                case '{':
                    if (Read(text, ref at, element) is not { } inner)
                        return null;
                    array.Add(inner);
                    break;
                case '"':
                    array.Add(element(Quoted(text, ref at)));
                    break;
                default:
                    var end = text.IndexOfAny([',', '}'], at);
                    if (end < 0)
                        return null;
                    array.Add(text[at..end] == "NULL" ? null : element(text[at..end]));
                    at = end;
                    break;
            }
        }

        return null;
    }

    private static string Quoted(string text, ref int at)
    {
        var value = new StringBuilder();
        for (at++; at < text.Length && text[at] != '"'; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length)
                at++;
            value.Append(text[at]);
        }

        at++; // The closing quote.
        return value.ToString();
    }
}
