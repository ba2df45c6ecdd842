using System.Text;
using System.Text.Json;
using NextLayer.Workflows.Expressions;

namespace NextLayer.Workflows.Templates;

/// <summary>One writing-out of a config under way.</summary>
internal sealed record TemplateWrite(CelScope Scope, CelBudget Budget);

/// <summary>A part of a config that holds a template somewhere.</summary>
internal abstract class TemplateNode
{
    /// <returns>What went wrong, or null.</returns>
    public abstract EvaluationFailure? Write(Utf8JsonWriter writer, TemplateWrite write);

    protected static EvaluationFailure? WriteChild(Utf8JsonWriter writer, TemplateWrite write, JsonElement json, TemplateNode? node)
    {
        if (node is not null)
            return node.Write(writer, write);
        json.WriteTo(writer);
        return null;
    }
}

internal sealed class ArrayTemplateNode(List<(JsonElement Json, TemplateNode? Node)> items) : TemplateNode
{
    public override EvaluationFailure? Write(Utf8JsonWriter writer, TemplateWrite write)
    {
        writer.WriteStartArray();
        foreach (var (json, node) in items)
        {
            if (WriteChild(writer, write, json, node) is { } failure)
                return failure;
        }
        writer.WriteEndArray();
        return null;
    }
}

internal sealed class ObjectTemplateNode(List<(string Name, JsonElement Json, TemplateNode? Node)> properties) : TemplateNode
{
    public override EvaluationFailure? Write(Utf8JsonWriter writer, TemplateWrite write)
    {
        writer.WriteStartObject();
        foreach (var (name, json, node) in properties)
        {
            writer.WritePropertyName(name);
            if (WriteChild(writer, write, json, node) is { } failure)
                return failure;
        }
        writer.WriteEndObject();
        return null;
    }
}

internal sealed class TextTemplateNode(TextTemplate template, string path) : TemplateNode
{
    public override EvaluationFailure? Write(Utf8JsonWriter writer, TemplateWrite write)
    {
        var program = template.Only;
        var source = program?.Source ?? "";
        try
        {
            if (program is not null)
            {
                CelJson.Write(writer, program.EvaluateValue(write.Scope, write.Budget));
            }
            else
            {
                var text = new StringBuilder();
                foreach (var part in template.Parts)
                {
                    source = part.Program?.Source ?? "";
                    text.Append(part.Program is null ? part.Text : TextOf(part.Program.EvaluateValue(write.Scope, write.Budget)));
                    if (text.Length > ConfigTemplate.MaxBytes)
                        return TooLarge();
                }
                writer.WriteStringValue(text.ToString());
            }
        }
        catch (CelException failure)
        {
            return EvaluationFailure.Of(failure, source, path.Length == 0 ? null : path, isTemplate: true);
        }
        return writer.BytesCommitted + writer.BytesPending > ConfigTemplate.MaxBytes ? TooLarge() : null;
    }

    /// <summary>A value inside a longer text: strings and times raw, everything else as compact JSON.</summary>
    internal static string TextOf(in CelValue value)
    {
        switch (value.Kind)
        {
            case CelKind.String or CelKind.Timestamp or CelKind.Duration or CelKind.Type:
                return CelConversions.ToText(value);
            case CelKind.Double when value.SourceNumber is null:
                return CelConversions.ToText(value);
            case CelKind.Bytes:
                return Convert.ToBase64String(value.AsBytes);
            default:
                var json = value;
                return Encoding.UTF8.GetString(JsonOut.WriteBytes(writer => CelJson.Write(writer, json)));
        }
    }

    private EvaluationFailure TooLarge() =>
        new(EvaluationFailure.OutputTooLarge, $"The value of '{path}' makes the config larger than {ConfigTemplate.MaxBytes} bytes.", path);
}
