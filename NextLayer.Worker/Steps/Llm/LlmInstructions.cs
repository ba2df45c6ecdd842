using System.Text;
using System.Text.Json;

namespace NextLayer.Worker.Steps.Llm;

/// <summary>What a model is told beside the step's own words.</summary>
internal static class LlmInstructions
{
    public const string OtherCategory = "other";

    private const string OnlyJson = "Answer with one JSON value and nothing else: no explanation, no Markdown.";

    public static string? Complete(string? system, LlmMode mode, JsonElement? schema, IReadOnlyList<LlmCategory> categories, bool multi)
    {
        var task = mode switch
        {
            LlmMode.Extract => $"{OnlyJson} It must be valid against this JSON Schema:\n{schema}",
            LlmMode.Classify => Classify(categories, multi),
            _ => null,
        };
        return task is null ? system : system is null ? task : $"{system}\n\n{task}";
    }

    private static string Classify(IReadOnlyList<LlmCategory> categories, bool multi)
    {
        var text = new StringBuilder(multi
            ? "Say to which of these classes the message belongs; it may be several.\n"
            : "Say to which one of these classes the message belongs.\n");
        foreach (var category in categories)
            text.Append("- ").Append(category.Name).Append(category.Description is { Length: > 0 } d ? $": {d}" : "").Append('\n');
        text.Append("- ").Append(OtherCategory).Append(": none of the above\n");
        return text.Append(OnlyJson).Append(" Its form: {\"categories\": [\"name\"], \"confidence\": number from 0 to 1}.").ToString();
    }

    /// <summary>Sent after an answer that does not fit.</summary>
    public static string Repair(string problem) => $"That answer cannot be used: {problem} {OnlyJson}";
}
