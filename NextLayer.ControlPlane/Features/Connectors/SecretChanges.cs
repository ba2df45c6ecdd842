using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.ControlPlane.Platform.Errors;

namespace NextLayer.ControlPlane.Features.Connectors;

/// <summary>Secrets as a request gives them: a value to set, or null to remove. What is said of a bad one never quotes it.</summary>
internal sealed partial class SecretChanges : Dictionary<string, string?>
{
    public const int MostSecrets = 50;
    private const int MostBytes = 64 * 1024;

    /// <summary>What the worker's redaction takes (<c>Execution/SecretValues</c>).</summary>
    private const int FewestCharacters = 4;

    /// <param name="secrets">The member <c>secrets</c> of the request.</param>
    /// <param name="type">Of the connector.</param>
    /// <param name="mayRemove">Whether null is understood.</param>
    /// <param name="changes">Empty where nothing was given.</param>
    public static ProblemHttpResult? TryRead(JsonElement? secrets, string type, bool mayRemove, out SecretChanges changes)
    {
        changes = [];
        if (secrets is not { } given || given.ValueKind == JsonValueKind.Null)
            return null;
        if (given.ValueKind != JsonValueKind.Object)
            return Problems.Invalid("secrets", "must be an object of texts.");
        var errors = new Dictionary<string, string[]>();
        foreach (var member in given.EnumerateObject())
        {
            var problem = NameProblem(member.Name, type);
            if (problem is null && !(mayRemove && member.Value.ValueKind == JsonValueKind.Null))
                problem = TryReadValue(member.Value, out var value) ?? Set(changes, member.Name, value);
            else if (problem is null)
                changes[member.Name] = null;
            if (problem is not null && errors.Count < MostSecrets)
                errors[$"secrets.{Shown(member.Name)}"] = [problem];
        }

        if (changes.Count > MostSecrets)
            errors["secrets"] = [$"must hold at most {MostSecrets} values."];
        return errors.Count > 0 ? Problems.Invalid(errors) : null;
    }

    private static string? Set(SecretChanges changes, string name, string value)
    {
        changes[name] = value;
        return null;
    }

    /// <returns>What is wrong with a name, or null.</returns>
    public static string? NameProblem(string name, string type)
    {
        if (!Name().IsMatch(name))
            return "must be named with lower-case letters, digits and _, beginning with a letter, 63 characters at most.";
        var known = ConnectorTypes.Find(type)?.Secrets ?? [];
        return known.Count == 0 || known.Any(secret => secret.Name == name)
            ? null
            : $"is no secret of a connector of type '{type}', which has: {string.Join(", ", known.Select(secret => secret.Name))}.";
    }

    /// <returns>What is wrong with a value, or null.</returns>
    public static string? TryReadValue(JsonElement json, out string value)
    {
        value = json.ValueKind switch
        {
            JsonValueKind.String => json.GetString()!, // A string is never null.
            JsonValueKind.Object => json.GetRawText(),
            _ => "",
        };
        return value.Length == 0 ? "must be a text that is not empty, or an object."
            : value.Length < FewestCharacters ? $"must have at least {FewestCharacters} characters: a shorter one could not be kept out of logs and outputs."
            : Encoding.UTF8.GetByteCount(value) > MostBytes ? $"must have at most {MostBytes / 1024} KiB."
            : null;
    }

    // Somebody may have put the secret where its name belongs.
    private static string Shown(string name) => Name().IsMatch(name) ? name : "*";

    [GeneratedRegex("^[a-z][a-z0-9_]{0,62}\\z")]
    private static partial Regex Name();
}
