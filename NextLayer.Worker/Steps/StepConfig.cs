using System.Text.Json;
using NextLayer.Workflows.Definitions;

namespace NextLayer.Worker.Steps;

/// <summary>The configuration makes no sense; becomes a failure <c>CONFIG</c>, which is not tried again.</summary>
internal sealed class StepConfigException(string message) : Exception(message);

/// <summary>Reads members of a step's configuration; null and absent are the same.</summary>
internal readonly struct StepConfig(JsonElement config, string path = "config")
{
    public JsonElement? Find(string name) =>
        config.ValueKind == JsonValueKind.Object && config.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    public string? Text(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False } scalar => scalar.GetRawText(),
        _ => throw Wrong(name, "a text"),
    };

    public string RequiredText(string name) =>
        Text(name) is { Length: > 0 } text ? text : throw new StepConfigException($"{path}.{name} is required.");

    public bool Flag(string name, bool otherwise) => Find(name) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw Wrong(name, "true or false"),
    };

    public double? Number(string name, double min, double max) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } number when number.GetDouble() is var value && value >= min && value <= max => value,
        _ => throw Wrong(name, $"a number from {min} to {max}"),
    };

    public T Choice<T>(string name, T otherwise)
        where T : struct, Enum =>
        Text(name) is not { } text ? otherwise
        : Enum.TryParse<T>(text, ignoreCase: true, out var choice) && !char.IsAsciiDigit(text[0]) ? choice
        : throw Wrong(name, "one of " + string.Join(", ", Enum.GetNames<T>().Select(n => n.ToLowerInvariant())));

    public StepConfig? Object(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => new StepConfig(value, $"{path}.{name}"),
        _ => throw Wrong(name, "an object"),
    };

    /// <summary>ISO 8601 text or seconds, also under the name with <c>_seconds</c>.</summary>
    public TimeSpan? Duration(string name)
    {
        if ((Find(name) ?? Find(name + "_seconds")) is not { } value)
            return null;
        return IsoDuration.TryRead(value, out var duration) ? duration : throw Wrong(name, "a duration such as PT30S, or a number of seconds");
    }

    /// <summary>A list of texts; one text counts as a list of one, and null or nothing as an empty one.</summary>
    public IReadOnlyList<string> Texts(string name)
    {
        var self = this;
        return Find(name) switch
        {
            null => [],
            { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select((element, i) => self.Plain(element, $"{name}[{i}]"))],
            { } one => [Plain(one, name)],
        };
    }

    /// <summary>Members of an object as names and texts; an array gives its name once for each element.</summary>
    public IEnumerable<KeyValuePair<string, string>> Pairs(string name)
    {
        if (Find(name) is not { } map)
            yield break;
        if (map.ValueKind != JsonValueKind.Object)
            throw Wrong(name, "an object");
        foreach (var member in map.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Array)
            {
                foreach (var element in member.Value.EnumerateArray())
                    yield return new(member.Name, Plain(element, $"{name}.{member.Name}"));
            }
            else if (member.Value.ValueKind != JsonValueKind.Null)
            {
                yield return new(member.Name, Plain(member.Value, $"{name}.{member.Name}"));
            }
        }
    }

    private string Plain(JsonElement value, string name) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!, // A string is never null.
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => throw Wrong(name, "a text, a number or true or false"),
    };

    public StepConfigException Wrong(string name, string expected) => new($"{path}.{name} must be {expected}.");
}
