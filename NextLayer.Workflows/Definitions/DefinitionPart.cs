using System.Buffers;
using System.Text.Json;

namespace NextLayer.Workflows.Definitions;

/// <summary>Takes a part of a definition that can run by itself.</summary>
public static class DefinitionPart
{
    /// <summary>A step with all that it follows, and nothing else; every other key as it stood.</summary>
    /// <returns>Null when the definition has no such step.</returns>
    public static JsonElement? UpTo(JsonElement definition, string stepId)
    {
        var parsed = WorkflowDefinition.Parse(definition);
        if (!parsed.Steps.Any(step => step.Id == stepId))
            return null;
        var kept = Before(stepId, parsed.Edges);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var member in definition.EnumerateObject())
            {
                Func<JsonElement, bool>? isKept = member.Name switch
                {
                    "nodes" or "steps" => step => IdOf(step) is { } id && kept.Contains(id),
                    "edges" => edge => TextOf(edge, "source") is { } source && TextOf(edge, "target") is { } target && kept.Contains(source) && kept.Contains(target),
                    _ => null,
                };
                Write(writer, member, isKept);
            }

            writer.WriteEndObject();
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }

    private static HashSet<string> Before(string stepId, IReadOnlyList<EdgeDefinition> edges)
    {
        var sources = edges.ToLookup(edge => edge.Target, edge => edge.Source);
        var kept = new HashSet<string> { stepId };
        var open = new Stack<string>(kept);
        while (open.TryPop(out var id))
        {
            foreach (var source in sources[id].Where(kept.Add))
                open.Push(source);
        }

        return kept;
    }

    private static void Write(Utf8JsonWriter writer, JsonProperty member, Func<JsonElement, bool>? isKept)
    {
        if (isKept is null || member.Value.ValueKind != JsonValueKind.Array)
        {
            member.WriteTo(writer);
            return;
        }

        writer.WriteStartArray(member.Name);
        foreach (var item in member.Value.EnumerateArray().Where(isKept))
            item.WriteTo(writer);
        writer.WriteEndArray();
    }

    private static string? IdOf(JsonElement step) => step.ValueKind == JsonValueKind.String ? step.GetString() : TextOf(step, "id");

    private static string? TextOf(JsonElement owner, string name) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
}
