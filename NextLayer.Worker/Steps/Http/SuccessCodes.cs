using System.Text.Json;

namespace NextLayer.Worker.Steps.Http;

/// <summary>Status codes that count as success: <c>200-299</c>, <c>"200,404"</c>, <c>204</c>, or a list of them.</summary>
internal sealed class SuccessCodes(IReadOnlyList<(int From, int To)> ranges)
{
    private static readonly SuccessCodes Default = new([(200, 299)]);

    public bool Contains(int code) => ranges.Any(r => r.From <= code && code <= r.To);

    public static SuccessCodes Read(JsonElement? config) => config switch
    {
        null => Default,
        { ValueKind: JsonValueKind.Array } list => new([.. list.EnumerateArray().SelectMany(Ranges)]),
        { } one => new([.. Ranges(one)]),
    };

    private static IEnumerable<(int From, int To)> Ranges(JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText(); // A string is never null.
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = part.Split('-', StringSplitOptions.TrimEntries);
            if (ends.Length > 2 || !int.TryParse(ends[0], out var from) || !int.TryParse(ends[^1], out var to))
                throw new StepConfigException($"config.success_codes: '{part}' is neither a status code nor a range such as 200-299.");
            yield return (from, to);
        }
    }
}
