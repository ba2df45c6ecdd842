using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using NextLayer.Workflows.Catalog;
using NextLayer.Workflows.Expressions;

namespace NextLayer.Workflows.Transforms;

/// <summary>Mode <c>parse</c>: text as JSON, CSV, XML, or the matches of a pattern.</summary>
internal static class ParseTransform
{
    public static Evaluated<TransformResult> Apply(TransformRun run)
    {
        if (!run.Config.TryGetProperty("source", out var source) || source.ValueKind != JsonValueKind.String)
            return TransformRun.Mismatch("source", "text", source);
        var text = source.GetString()!;
        return StepSchema.TextOf(run.Config, "format") switch
        {
            "json" => ParseJson(text),
            "csv" => CsvParse.Apply(run, text),
            "xml" => XmlParse.Apply(text),
            "text-regex" => ParsePattern(text, StepSchema.TextOf(run.Config, "pattern") ?? ""),
            var other => new EvaluationFailure(EvaluationFailure.Config, $"There is no format '{other}'.", "format"),
        };
    }

    internal static EvaluationFailure NotReadable(string format, string why) =>
        new(EvaluationFailure.TransformType, $"'source' is not {format}: {why}", "source");

    private static Evaluated<TransformResult> ParseJson(string text)
    {
        try
        {
            var json = JsonElement.Parse(text);
            return new TransformResult(json, json.ValueKind == JsonValueKind.Array);
        }
        catch (JsonException failure)
        {
            return NotReadable("JSON", failure.Message);
        }
    }

    // An object of the named groups for each match; the matched text itself where the pattern names none.
    private static Evaluated<TransformResult> ParsePattern(string text, string pattern)
    {
        if (!CelRegex.TryGet(pattern, out var regex, out var error))
            return new EvaluationFailure(EvaluationFailure.Expression, error.Message, "pattern");
        var names = regex.GetGroupNames().Where(n => !char.IsAsciiDigit(n[0])).ToArray();
        var list = JsonOut.Write(writer =>
        {
            writer.WriteStartArray();
            for (var match = regex.Match(text); match.Success; match = match.NextMatch())
                WriteMatch(writer, match, names);
            writer.WriteEndArray();
        });
        return new TransformResult(list, IsList: true);
    }

    private static void WriteMatch(Utf8JsonWriter writer, Match match, string[] names)
    {
        if (names.Length == 0)
        {
            writer.WriteStringValue(match.Value);
            return;
        }
        writer.WriteStartObject();
        foreach (var name in names)
        {
            if (match.Groups[name].Success)
                writer.WriteString(name, match.Groups[name].Value);
            else
                writer.WriteNull(name);
        }
        writer.WriteEndObject();
    }
}
