using System.Text.Json;
using System.Text.Json.Nodes;

namespace NextLayer.Worker.Steps.Database;

/// <summary>
/// Turns values in PostgreSQL's own text into JSON, by the type's number. Text is asked for because every type has one
/// and nothing is lost in it: numbers of any length stay as they are.
/// </summary>
internal static class PostgresValue
{
    private const int Deepest = 32;

    private static readonly Dictionary<uint, (string Name, Func<string, JsonNode?> Read)> Plain = new()
    {
        [16] = ("boolean", text => text == "t"),
        [17] = ("bytea", Bytes),
        [20] = ("bigint", Number),
        [21] = ("smallint", Number),
        [23] = ("integer", Number),
        [25] = ("text", Text),
        [26] = ("oid", Number),
        [114] = ("json", Json),
        [700] = ("real", Number),
        [701] = ("double precision", Number),
        [1042] = ("character", Text),
        [1043] = ("character varying", Text),
        [1082] = ("date", Text),
        [1083] = ("time without time zone", Text),
        [1114] = ("timestamp without time zone", Time),
        [1184] = ("timestamp with time zone", Time),
        [1186] = ("interval", Text),
        [1700] = ("numeric", Number),
        [2950] = ("uuid", Text),
        [3802] = ("jsonb", Json),
    };

    // Array type by element type.
    private static readonly Dictionary<uint, uint> Arrays = new()
    {
        [1000] = 16, [1001] = 17, [1016] = 20, [1005] = 21, [1007] = 23, [1009] = 25, [1028] = 26, [199] = 114, [1021] = 700, [1022] = 701,
        [1014] = 1042, [1015] = 1043, [1182] = 1082, [1183] = 1083, [1115] = 1114, [1185] = 1184, [1187] = 1186, [1231] = 1700, [2951] = 2950, [3807] = 3802,
    };

    /// <summary>Name of a type; <c>other</c> for those whose values are given as PostgreSQL writes them.</summary>
    public static string NameOf(uint type) =>
        Plain.TryGetValue(type, out var plain) ? plain.Name
        : Arrays.TryGetValue(type, out var element) ? $"{Plain[element].Name}[]"
        : "other";

    public static JsonNode? Read(uint type, string text)
    {
        if (Plain.TryGetValue(type, out var plain))
            return plain.Read(text);
        return Arrays.TryGetValue(type, out var element) && PostgresArray.TryRead(text, Plain[element].Read) is { } array ? array : Text(text);
    }

    private static JsonValue? Text(string text) => JsonValue.Create(text);

    // NaN and Infinity are no JSON numbers.
    private static JsonNode? Number(string text) => char.IsAsciiDigit(text[^1]) ? JsonNode.Parse(text) : Text(text);

    private static JsonValue? Bytes(string text) => Text(Convert.ToBase64String(Convert.FromHexString(text.AsSpan(2)))); // After \x.

    // 2030-01-31 09:00:00+00 as ISO 8601 has it. What has no such form (infinity, years before Christ) stays.
    private static JsonValue? Time(string text) => text.Length > 10 && text[10] == ' ' && !text.EndsWith("BC", StringComparison.Ordinal)
        ? Text(string.Concat(text.AsSpan(0, 10), "T", text.AsSpan(11), text.EndsWith("+00", StringComparison.Ordinal) ? ":00" : ""))
        : Text(text);

    // A json column may hold what no message of ours may: it is given as text then.
    private static JsonNode? Json(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = Deepest });
        }
        catch (JsonException)
        {
            return Text(text);
        }
    }
}
