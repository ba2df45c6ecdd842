using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace NextLayer.ControlPlane.Features.Providers.Registry;

/// <summary>
/// Reads YAML as the JSON it means (YAML 1.2, core schema): plain scalars are null, booleans and numbers where they look so,
/// quoted ones are texts. Anchors, aliases and tags are refused: a file that people read has no use for them.
/// </summary>
internal sealed partial class YamlJson(string file, List<string> mistakes)
{
    private const int MaxDepth = 40;

    /// <returns>Null when there is a mistake, which is then in the list with its place.</returns>
    public JsonObject? Read(string text)
    {
        try
        {
            var stream = new YamlStream();
            using var reader = new StringReader(text);
            stream.Load(reader);
            if (stream.Documents is not [{ RootNode: YamlMappingNode root }])
            {
                mistakes.Add($"{file}: must be one YAML document, a mapping.");
                return null;
            }

            var before = mistakes.Count;
            var json = Convert(root, 0) as JsonObject;
            return mistakes.Count == before ? json : null;
        }
        catch (YamlException ex)
        {
            mistakes.Add($"{file}:{ex.Start.Line}:{ex.Start.Column}: is no YAML: {ex.InnerException?.Message ?? ex.Message}");
            return null;
        }
    }

    private JsonNode? Convert(YamlNode node, int depth)
    {
        if (!node.Anchor.IsEmpty || node is not (YamlMappingNode or YamlSequenceNode or YamlScalarNode))
            return Mistake(node, "anchors and aliases are not understood here.");
        if (!node.Tag.IsEmpty)
            return Mistake(node, "tags are not understood here.");
        if (depth > MaxDepth)
            return Mistake(node, $"is nested more than {MaxDepth} levels deep.");
        return node switch
        {
            YamlMappingNode map => Members(map, depth),
            YamlSequenceNode list => new JsonArray([.. list.Children.Select(child => Convert(child, depth + 1))]),
            YamlScalarNode scalar => Scalar(scalar),
            _ => null,
        };
    }

    private JsonObject Members(YamlMappingNode map, int depth)
    {
        var json = new JsonObject();
        foreach (var (key, value) in map.Children)
        {
            if (key is YamlScalarNode { Value: { } name })
                json[name] = Convert(value, depth + 1);
            else
                Mistake(key, "a member's name must be a text.");
        }

        return json;
    }

    private static JsonValue? Scalar(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style != ScalarStyle.Plain)
            return JsonValue.Create(text);
        return text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" => JsonValue.Create(true),
            "false" or "False" or "FALSE" => JsonValue.Create(false),
            _ when Integer().IsMatch(text) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
            _ when Number().IsMatch(text) && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
            _ => JsonValue.Create(text),
        };
    }

    private JsonNode? Mistake(YamlNode node, string message)
    {
        mistakes.Add($"{file}:{node.Start.Line}:{node.Start.Column}: {message}");
        return null;
    }

    [GeneratedRegex("^[-+]?[0-9]+$")]
    private static partial Regex Integer();

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")]
    private static partial Regex Number();
}
