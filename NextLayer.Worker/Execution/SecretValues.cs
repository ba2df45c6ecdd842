using System.Text.Json;
using System.Text.Json.Nodes;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Workers;

namespace NextLayer.Worker.Execution;

/// <summary>
/// Values that an attempt used and that nobody may read in what it leaves behind: lines of the run's log, its output,
/// its error. Whoever brings a secret into an attempt adds it here, and this is the one place that takes it out again.
/// </summary>
internal sealed class SecretValues
{
    public const string Mask = "***";

    /// <summary>Shorter ones stand in every other word; to mask them would tell more than it hides.</summary>
    private const int Shortest = 4;

    private const int ShortestPart = 6;

    /// <summary>Encodings within encodings that are looked into.</summary>
    private const int Deepest = 2;

    /// <summary>Nothing cuts shorter ones.</summary>
    private const int LongText = 200;

    private static readonly string[] SecretNames = ["password", "passwd", "pwd", "secret", "token", "key", "credential", "private"];

    private readonly Lock gate = new();
    private volatile string[] values = [];
    private volatile string[] plain = [];

    public bool IsEmpty => values.Length == 0;

    public void Add(string? value)
    {
        if (value is null || value.Length < Shortest)
            return;
        lock (gate)
        {
            // Longest first: one may hold another.
            values = [.. values.Union(SecretForms.Of(value), StringComparer.Ordinal).OrderByDescending(v => v.Length)];
            plain = [.. plain.Append(value).Distinct(StringComparer.Ordinal).OrderByDescending(v => v.Length)];
        }
    }

    /// <summary>Every text in a JSON object whose name says that it is a secret, however deep.</summary>
    public void AddFrom(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Array)
        {
            foreach (var element in json.EnumerateArray())
                AddFrom(element);
        }
        else if (json.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in json.EnumerateObject())
            {
                if (member.Value.ValueKind == JsonValueKind.String && IsSecretName(member.Name))
                    Add(member.Value.GetString());
                AddFrom(member.Value);
            }
        }
    }

    public static bool IsSecretName(string name) =>
        SecretNames.Any(secret => name.Contains(secret, StringComparison.OrdinalIgnoreCase));

    public string Redact(string text) => IsEmpty ? text : Redact(text, deep: 0);

    /// <param name="text">What may hold secrets.</param>
    /// <param name="deep">How many encodings it was taken out of.</param>
    private string Redact(string text, int deep)
    {
        foreach (var value in values)
            text = text.Replace(value, Mask, StringComparison.Ordinal);
        if (text.Contains('%', StringComparison.Ordinal))
            text = PercentEncoded.Replace(text, plain, Mask);
        if (deep < Deepest)
            text = EncodedRuns.Replace(text, inner => Redact(inner, deep + 1) != inner, Mask);
        return text.Length < LongText ? text : RedactEnd(text);
    }

    /// <summary>A long text may have been cut off in the middle of a secret.</summary>
    private string RedactEnd(string text)
    {
        var end = text.AsSpan().TrimEnd("…\uFFFD");
        foreach (var value in values)
        {
            for (var length = Math.Min(value.Length - 1, end.Length); length >= ShortestPart; length--)
            {
                if (end.EndsWith(value.AsSpan(0, length), StringComparison.Ordinal))
                    return string.Concat(end[..^length], Mask, text.AsSpan(end.Length));
            }
        }

        return text;
    }

    public StepResult Redact(StepResult result) => IsEmpty
        ? result
        : result switch
        {
            StepResult.Completed { Output: { } output } completed => completed with { Output = Redact(output) },
            StepResult.Failed { Error: var error } failed => failed with
            {
                Error = error with { Message = Redact(error.Message), Detail = error.Detail is { } detail ? Redact(detail) : null },
            },
            StepResult.Waiting { Wait: { } wait } waiting => waiting with { Wait = Redact(wait) },
            _ => result,
        };

    /// <summary>The exception itself where it tells nothing, else one that says the same without the secrets.</summary>
    public Exception Redact(Exception exception)
    {
        var text = exception.ToString();
        var clean = Redact(text);
        return clean == text ? exception : new InvalidOperationException(clean);
    }

    private StepWait Redact(StepWait wait)
    {
        var json = JsonSerializer.SerializeToElement(wait, NextLayerJson.Options);
        return JsonSerializer.Deserialize<StepWait>(Redact(json, withNumbers: false), NextLayerJson.Options)!; // It is no null.
    }

    /// <param name="json">What may hold secrets.</param>
    /// <param name="withNumbers">Whether a number may become a text.</param>
    private JsonElement Redact(JsonElement json, bool withNumbers = true)
    {
        var raw = json.GetRawText();
        // Escapes can spell a secret in many ways, so only their absence proves that there is none.
        if (!raw.Contains('\\', StringComparison.Ordinal) && Redact(raw) == raw)
            return json;
        return JsonSerializer.SerializeToElement(Copy(json, withNumbers), NextLayerJson.Options);
    }

    private JsonNode? Copy(JsonElement json, bool withNumbers) => json.ValueKind switch
    {
        JsonValueKind.String => JsonValue.Create(Redact(json.GetString()!)), // A string is never null.
        JsonValueKind.Array => new JsonArray([.. json.EnumerateArray().Select(item => Copy(item, withNumbers))]),
        JsonValueKind.Object => new JsonObject(json.EnumerateObject()
            .GroupBy(member => Redact(member.Name))
            .Select(members => KeyValuePair.Create(members.Key, Copy(members.Last().Value, withNumbers)))),
        JsonValueKind.Null => null,
        JsonValueKind.Number when withNumbers && values.Contains(json.GetRawText()) => JsonValue.Create(Mask),
        _ => JsonValue.Create(json),
    };
}
