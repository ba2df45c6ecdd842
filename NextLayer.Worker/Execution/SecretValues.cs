using System.Text.Json;
using System.Text.Json.Nodes;

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

    private static readonly string[] SecretNames = ["password", "passwd", "pwd", "secret", "token", "key", "credential", "private"];

    private readonly Lock gate = new();
    private volatile string[] values = [];

    public bool IsEmpty => values.Length == 0;

    public void Add(string? value)
    {
        if (value is null || value.Length < Shortest)
            return;
        lock (gate)
        {
            // As it is, and as it stands in an address or in JSON. Longest first: one may hold another.
            string[] forms = [value, Uri.EscapeDataString(value), JsonEncodedText.Encode(value).ToString()];
            values = [.. values.Union(forms, StringComparer.Ordinal).OrderByDescending(v => v.Length)];
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

    private static bool IsSecretName(string name) =>
        SecretNames.Any(secret => name.Contains(secret, StringComparison.OrdinalIgnoreCase));

    public string Redact(string text)
    {
        foreach (var value in values)
            text = text.Replace(value, Mask, StringComparison.Ordinal);
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
            _ => result,
        };

    /// <summary>The exception itself where it tells nothing, else one that says the same without the secrets.</summary>
    public Exception Redact(Exception exception)
    {
        var text = exception.ToString();
        var clean = Redact(text);
        return clean == text ? exception : new InvalidOperationException(clean);
    }

    private JsonElement Redact(JsonElement json)
    {
        var raw = json.GetRawText();
        // Escapes can spell a secret in many ways, so only their absence proves that there is none.
        if (!raw.Contains('\\', StringComparison.Ordinal) && !values.Any(v => raw.Contains(v, StringComparison.Ordinal)))
            return json;
        return JsonSerializer.SerializeToElement(Copy(json), Contracts.Json.NextLayerJson.Options);
    }

    private JsonNode? Copy(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => JsonValue.Create(Redact(json.GetString()!)), // A string is never null.
        JsonValueKind.Array => new JsonArray([.. json.EnumerateArray().Select(Copy)]),
        JsonValueKind.Object => new JsonObject(json.EnumerateObject()
            .GroupBy(member => Redact(member.Name))
            .Select(members => KeyValuePair.Create(members.Key, Copy(members.Last().Value)))),
        JsonValueKind.Null => null,
        _ => JsonValue.Create(json),
    };
}
