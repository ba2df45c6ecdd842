using System.Globalization;
using System.Text.Json;
using NextLayer.Workflows.Catalog;
using NextLayer.Workflows.Expressions;
using NextLayer.Workflows.Templates;

namespace NextLayer.Workflows.Transforms;

/// <summary>
/// One entry of <c>by</c>: a path within the item such as <c>address.city</c> (<c>-price</c> sorts downwards), or
/// <c>{field | expression, as, order}</c>.
/// </summary>
internal sealed record ItemKey(string Name, string? Field, ExpressionField? Expression, bool IsDescending)
{
    public static IReadOnlyList<ItemKey> ReadAll(JsonElement config)
    {
        if (!config.TryGetProperty("by", out var by))
            return [];
        JsonElement[] entries = by.ValueKind == JsonValueKind.Array ? [.. by.EnumerateArray()] : [by];
        return [.. entries.Select(Read).OfType<ItemKey>()];
    }

    /// <summary>The value of an item under this key; null where the item has no such field.</summary>
    public Evaluated<CelValue> Of(Item item, TransformRun run)
    {
        if (Expression is not null)
            return Expression.Evaluate(run.Scope, run.Budget);
        return FieldOf(item.Json, Field!) is { } value ? CelJson.Read(value) : CelValue.Null;
    }

    /// <summary>Follows a dotted path through objects and, by number, lists.</summary>
    public static JsonElement? FieldOf(JsonElement json, string path)
    {
        foreach (var name in path.Split('.'))
        {
            if (json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var property))
                json = property;
            else if (json.ValueKind == JsonValueKind.Array
                && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < json.GetArrayLength())
                json = json[index];
            else
                return null;
        }
        return json;
    }

    private static ItemKey? Read(JsonElement entry, int index)
    {
        if (entry.ValueKind == JsonValueKind.String)
        {
            var text = entry.GetString()!;
            var field = text.TrimStart('-');
            return new ItemKey(LastOf(field), field, null, text.StartsWith('-'));
        }
        var expression = ExpressionField.From(entry, "expression", $"by[{index}].expression");
        var path = StepSchema.TextOf(entry, "field");
        if (expression is null && path is null)
            return null;
        var name = StepSchema.TextOf(entry, "as") ?? (path is null ? $"key{index}" : LastOf(path));
        return new ItemKey(name, path, expression, StepSchema.TextOf(entry, "order") == "desc");
    }

    private static string LastOf(string path) => path[(path.LastIndexOf('.') + 1)..];
}
