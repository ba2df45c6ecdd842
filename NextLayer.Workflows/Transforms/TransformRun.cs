using System.Text.Json;
using NextLayer.Workflows.Expressions;
using NextLayer.Workflows.Templates;

namespace NextLayer.Workflows.Transforms;

/// <summary>One transform under way: where its names are, what it may spend, which items went wrong.</summary>
internal sealed class TransformRun(JsonElement config, TemplateScope scope, CelBudget budget)
{
    public static readonly EvaluationFailure TooLarge =
        new(EvaluationFailure.OutputTooLarge, $"The result is larger than {ConfigTemplate.MaxBytes} bytes.");

    private readonly List<(int Index, EvaluationFailure Failure)> _errors = [];
    private readonly TemplateScope _itemScope = scope.WithItem(JsonOut.Null, 0);
    private bool _isInItem;

    public JsonElement Config => config;

    public CelBudget Budget => budget;

    /// <summary>The scope of the item at hand, or of the whole where there is none.</summary>
    public TemplateScope Scope => _isInItem ? _itemScope : scope;

    private bool SkipsBadItems => config.TryGetProperty("skip_bad_items", out var skip) && skip.ValueKind == JsonValueKind.True;

    public static EvaluationFailure Mismatch(string path, string expected, JsonElement actual) => new(
        EvaluationFailure.TransformType, $"'{path}' must be {expected}, but is {NameOf(actual)}.", path);

    /// <summary>The items of <c>source</c> that <paramref name="where"/> keeps.</summary>
    public Evaluated<IReadOnlyList<Item>> ReadSource(ExpressionField? where)
    {
        var items = ReadList("source");
        if (items.Failure is not null || where is null)
            return items;
        var kept = new List<Item>();
        var failure = ForEach(items.Value, item =>
        {
            var holds = where.Test(Scope, budget);
            if (holds is { IsSuccess: true, Value: true })
                kept.Add(item);
            return holds.Failure;
        });
        return failure is null ? Evaluated.Of<IReadOnlyList<Item>>(kept) : failure;
    }

    public Evaluated<IReadOnlyList<Item>> ReadList(string name)
    {
        if (!config.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array)
            return Mismatch(name, "a list", list);
        return Evaluated.Of<IReadOnlyList<Item>>([.. list.EnumerateArray().Select((json, index) => new Item(json, index))]);
    }

    /// <summary>Does something with each item; a failure ends it, or is noted where bad items are to be skipped.</summary>
    public EvaluationFailure? ForEach(IReadOnlyList<Item> items, Func<Item, EvaluationFailure?> act)
    {
        _isInItem = true;
        foreach (var item in items)
        {
            _itemScope.SetItem(item.Json, item.Index);
            if (act(item) is not { } failure)
                continue;
            var isFinal = !SkipsBadItems || failure.Code == EvaluationFailure.OutputTooLarge || budget.Remaining < 0;
            var located = failure with { Message = $"Item {item.Index}: {failure.Message}", Path = failure.Path ?? $"source[{item.Index}]" };
            if (isFinal)
                return located;
            _errors.Add((item.Index, located));
        }
        _isInItem = false;
        return null;
    }

    /// <summary>Wraps a result up as the step's output.</summary>
    public Evaluated<JsonElement> Output(TransformResult result)
    {
        if (JsonOut.SizeOf(result.Json) > ConfigTemplate.MaxBytes)
            return TooLarge;
        return JsonOut.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WritePropertyName("result");
            result.Json.WriteTo(writer);
            if (result.IsList)
                writer.WriteNumber("count", result.Json.GetArrayLength());
            if (SkipsBadItems)
                WriteErrors(writer);
            writer.WriteEndObject();
        });
    }

    private static string NameOf(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Undefined => "missing",
        JsonValueKind.Null => "null",
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.Number => "a number",
        JsonValueKind.String => "text",
        _ => "true or false",
    };

    private void WriteErrors(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("errors");
        foreach (var (index, failure) in _errors)
        {
            writer.WriteStartObject();
            writer.WriteNumber("index", index);
            writer.WriteString("code", failure.Code);
            writer.WriteString("message", failure.Message);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }
}
