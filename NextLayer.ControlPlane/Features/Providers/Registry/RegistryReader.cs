using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NextLayer.Contracts.Providers;
using NextLayer.ControlPlane.Features.Versions;

namespace NextLayer.ControlPlane.Features.Providers.Registry;

/// <summary>Reads the registry and the files it names, and finds every mistake in them.</summary>
/// <param name="open">Text of a file, by its path in the folder with <c>/</c>; null when there is none.</param>
internal sealed partial class RegistryReader(Func<string, string?> open)
{
    public const string RegistryFile = "system/pipelines.yml";

    private static readonly string[] EntryMembers =
        ["id", "name", "description", "provider", "domain", "pipeline", "required_integration", "connector_type", "enabled", "config"];

    private static readonly string[] PipelineMembers = ["input_schema", "definition"];

    private readonly List<string> mistakes = [];

    /// <summary>In the order of the files; each says where it is and what would be right.</summary>
    public IReadOnlyList<string> Mistakes => mistakes;

    /// <returns>Null when there are mistakes.</returns>
    public IReadOnlyList<ProviderEntry>? Read()
    {
        if (ReadFile(RegistryFile) is not { } root)
            return null;
        CheckMembers(RegistryFile, "", root, ["pipelines"]);
        if (root["pipelines"] is not JsonArray list)
        {
            mistakes.Add($"{RegistryFile}: pipelines must be a list.");
            return null;
        }

        var entries = list.Select((item, i) => ReadEntry(item, $"pipelines[{i}]")).OfType<ProviderEntry>().ToList();
        RefuseTwice(entries, e => e.Id, "the id");
        RefuseTwice(entries, e => $"{e.View.Provider}/{e.View.Domain}/{e.View.Pipeline}", "the address");
        return mistakes.Count == 0 ? entries : null;
    }

    private ProviderEntry? ReadEntry(JsonNode? item, string at)
    {
        if (item is not JsonObject entry)
        {
            mistakes.Add($"{RegistryFile}: {at} must be a mapping.");
            return null;
        }

        CheckMembers(RegistryFile, at, entry, EntryMembers);
        var before = mistakes.Count;
        var integration = Text(entry, at, "required_integration", Word());
        var view = new ProviderPipeline
        {
            Id = Text(entry, at, "id", Word()),
            Name = Text(entry, at, "name", Title()),
            Description = Text(entry, at, "description", null),
            Provider = Text(entry, at, "provider", Word()),
            Domain = Text(entry, at, "domain", WordOrNothing()),
            Pipeline = Text(entry, at, "pipeline", Word()),
            RequiredIntegration = integration,
            ConnectorType = entry["connector_type"] is null ? integration.ToLowerInvariant() : Text(entry, at, "connector_type", Title()),
            Enabled = Flag(entry, at, "enabled"),
        };
        var file = Text(entry, at, "config", FileName());
        return mistakes.Count == before ? ReadPipeline(file, view) : null;
    }

    private ProviderEntry? ReadPipeline(string file, ProviderPipeline view)
    {
        if (ReadFile(file) is not { } root)
            return null;
        CheckMembers(file, "", root, PipelineMembers);
        var before = mistakes.Count;
        if (root["definition"] is not JsonObject definition)
            mistakes.Add($"{file}: definition must be a mapping.");
        else
            mistakes.AddRange(DefinitionCheck.Flaws(Element(definition)).Select(flaw => $"{file}: definition: {DefinitionCheck.Sentence(flaw)}"));
        if (root["input_schema"] is not JsonObject schema)
            mistakes.Add($"{file}: input_schema must be a mapping.");
        else
            mistakes.AddRange(DefinitionCheck.SchemaFlaws(Element(schema)).Select(flaw => $"{file}: {flaw.Message}"));
        if (mistakes.Count > before)
            return null;
        var content = JsonSerializer.SerializeToUtf8Bytes(new JsonArray(root["definition"]!.DeepClone(), root["input_schema"]!.DeepClone())); // No mistakes: both are there.
        return new ProviderEntry
        {
            View = view,
            Definition = Element(root["definition"]!),
            InputSchema = Element(root["input_schema"]!),
            ContentHash = SHA256.HashData(content),
        };
    }

    private JsonObject? ReadFile(string file)
    {
        if (open(file) is { } text)
            return new YamlJson(file, mistakes).Read(text);
        mistakes.Add($"{file}: there is no such file.");
        return null;
    }

    private void CheckMembers(string file, string at, JsonObject json, string[] known)
    {
        foreach (var (name, _) in json.Where(member => !known.Contains(member.Key)))
            mistakes.Add($"{file}: {(at.Length == 0 ? name : $"{at}.{name}")} is not known; there are {string.Join(", ", known)}.");
    }

    private string Text(JsonObject json, string at, string name, Regex? rule)
    {
        if (json[name] is JsonValue value && value.TryGetValue<string>(out var text) && rule?.IsMatch(text) != false)
            return text;
        mistakes.Add($"{RegistryFile}: {at}.{name} must be a text{(rule is null ? "" : $" that matches {rule}")}.");
        return "";
    }

    private bool Flag(JsonObject json, string at, string name)
    {
        if (json[name] is JsonValue value && value.TryGetValue<bool>(out var flag))
            return flag;
        mistakes.Add($"{RegistryFile}: {at}.{name} must be true or false.");
        return false;
    }

    private void RefuseTwice(List<ProviderEntry> entries, Func<ProviderEntry, string> key, string what) =>
        mistakes.AddRange(entries.GroupBy(key).Where(same => same.Count() > 1).Select(same => $"{RegistryFile}: {what} {same.Key} is there {same.Count()} times."));

    private static JsonElement Element(JsonNode json) => JsonElement.Parse(json.ToJsonString());

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,50}$")]
    private static partial Regex Word();

    [GeneratedRegex("^[a-zA-Z0-9_-]{0,50}$")]
    private static partial Regex WordOrNothing();

    [GeneratedRegex(@"^\S(.{0,98}\S)?$")]
    private static partial Regex Title();

    // Below the folder and nowhere else.
    [GeneratedRegex(@"^[a-zA-Z0-9_-]+(/[a-zA-Z0-9_-]+)*\.yml$")]
    private static partial Regex FileName();
}
