using System.Text.Json;
using NextLayer.Workflows.Catalog;
using NextLayer.Workflows.Expressions;

namespace NextLayer.Workflows.Transforms;

/// <summary>
/// One entry of <c>aggregate</c>: the name of a result with the operation (<c>{"amount": "sum"}</c>), or with the field
/// and the operation (<c>{"total": {"field": "amount", "op": "sum"}}</c>).
/// </summary>
internal sealed record AggregatePlan(string Name, string Field, string Op)
{
    private static readonly HashSet<string> Ops = ["sum", "count", "min", "max", "avg", "first", "collect"];

    public static Evaluated<List<AggregatePlan>> ReadAll(JsonElement config)
    {
        var plans = new List<AggregatePlan>();
        if (!config.TryGetProperty("aggregate", out var aggregate) || aggregate.ValueKind != JsonValueKind.Object)
            return plans;
        foreach (var property in aggregate.EnumerateObject())
        {
            var op = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString() : StepSchema.TextOf(property.Value, "op");
            if (op is null || !Ops.Contains(op))
                return new EvaluationFailure(EvaluationFailure.Config, $"'{property.Name}' must be one of {string.Join(", ", Ops)}.", $"aggregate.{property.Name}");
            plans.Add(new AggregatePlan(property.Name, StepSchema.TextOf(property.Value, "field") ?? property.Name, op));
        }
        return plans;
    }

    public Aggregate Start() => new(this);
}

/// <summary>One aggregate of one group. Fields that are missing or null do not count.</summary>
internal sealed class Aggregate(AggregatePlan plan)
{
    private readonly List<JsonElement> _collected = [];
    private int _count;
    private double _sum;
    private CelValue? _extreme;

    // Exact while it lasts: sums of money must not pick up binary fractions.
    private decimal? _exactSum = 0;

    public string Name => plan.Name;

    /// <summary>Why this item cannot be added, or null.</summary>
    public EvaluationFailure? Check(Item item)
    {
        if (ValueOf(item) is not { } json)
            return null;
        var path = $"source[{item.Index}].{plan.Field}";
        if (plan.Op is "sum" or "avg")
            return json.ValueKind == JsonValueKind.Number ? null : TransformRun.Mismatch(path, "a number", json);
        var value = CelJson.Read(json);
        return plan.Op is "min" or "max" && !CelOrder.AreComparable(_extreme ?? value, value)
            ? TransformRun.Mismatch(path, $"a {_extreme?.TypeName ?? "value that has an order"}", json)
            : null;
    }

    public void Add(Item item)
    {
        if (ValueOf(item) is not { } json)
            return;
        _count++;
        switch (plan.Op)
        {
            case "sum" or "avg":
                AddNumber(json);
                break;
            case "min" or "max":
                var value = CelJson.Read(json);
                if (_extreme is not { } best || CelOrder.Compare(value, best) * (plan.Op == "min" ? -1 : 1) > 0)
                    _extreme = value;
                break;
            case "collect":
            case "first" when _collected.Count == 0:
                _collected.Add(json);
                break;
        }
    }

    public void Write(Utf8JsonWriter writer)
    {
        switch (plan.Op)
        {
            case "count":
                writer.WriteNumberValue(_count);
                break;
            case "sum":
                WriteNumber(writer, _exactSum, _sum);
                break;
            case "avg" when _count > 0:
                WriteNumber(writer, _exactSum / _count, _sum / _count);
                break;
            case "min" or "max" when _extreme is { } extreme:
                CelJson.Write(writer, extreme);
                break;
            case "first" when _collected.Count > 0:
                _collected[0].WriteTo(writer);
                break;
            case "collect":
                writer.WriteStartArray();
                foreach (var json in _collected)
                    json.WriteTo(writer);
                writer.WriteEndArray();
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private static void WriteNumber(Utf8JsonWriter writer, decimal? exact, double rough)
    {
        if (exact is { } number)
            writer.WriteNumberValue(number);
        else
            CelJson.Write(writer, CelValue.Of(rough));
    }

    private void AddNumber(JsonElement json)
    {
        _sum += json.GetDouble();
        try
        {
            _exactSum = json.TryGetDecimal(out var exact) ? _exactSum + exact : null;
        }
        catch (OverflowException)
        {
            _exactSum = null;
        }
    }

    private JsonElement? ValueOf(Item item) =>
        ItemKey.FieldOf(item.Json, plan.Field) is { ValueKind: not JsonValueKind.Null } value ? value : null;
}
