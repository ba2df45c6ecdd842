using System.Text.Json;
using NextLayer.Workflows.Expressions;

namespace NextLayer.Workflows.Transforms;

/// <summary>Mode <c>sort</c>: stable, by several keys; items without a value come last either way.</summary>
internal static class SortTransform
{
    public static Evaluated<TransformResult> Apply(TransformRun run, IReadOnlyList<Item> items, IReadOnlyList<ItemKey> by)
    {
        if (by.Count == 0)
            return new EvaluationFailure(EvaluationFailure.Config, "Mode 'sort' needs something to sort by.", "by");
        var rows = new List<Row>(items.Count);
        var samples = new CelValue[by.Count];
        var failure = run.ForEach(items, item =>
        {
            var keys = new CelValue[by.Count];
            for (var i = 0; i < by.Count; i++)
            {
                var key = by[i].Of(item, run);
                if (key.Failure is not null)
                    return key.Failure;
                keys[i] = key.Value;
                if (keys[i].Kind == CelKind.Null)
                    continue;
                // All values of a key must compare with each other, and the first one seen stands for all.
                var sample = samples[i].Kind == CelKind.Null ? keys[i] : samples[i];
                if (!CelOrder.AreComparable(sample, keys[i]))
                    return NotComparable(item, by[i], keys[i], sample);
                samples[i] = sample;
            }
            rows.Add(new Row(keys, item.Json));
            return null;
        });
        if (failure is not null)
            return failure;
        run.Budget.Charge((long)rows.Count * by.Count * 16);
        return TransformResult.Of(rows.Order(Comparer<Row>.Create((x, y) => Compare(x.Keys, y.Keys, by))).Select(r => r.Json));
    }

    private static int Compare(CelValue[] x, CelValue[] y, IReadOnlyList<ItemKey> by)
    {
        for (var i = 0; i < x.Length; i++)
        {
            var (isXMissing, isYMissing) = (x[i].Kind == CelKind.Null, y[i].Kind == CelKind.Null);
            if (isXMissing != isYMissing)
                return isXMissing ? 1 : -1;
            var order = isXMissing ? 0 : CelOrder.Compare(x[i], y[i]) ?? 0;
            if (order != 0)
                return by[i].IsDescending ? -order : order;
        }
        return 0;
    }

    private static EvaluationFailure NotComparable(Item item, ItemKey key, in CelValue value, in CelValue sample)
    {
        var path = $"source[{item.Index}].{key.Field ?? key.Name}";
        return new EvaluationFailure(EvaluationFailure.TransformType, $"'{path}' is of type {value.TypeName} and cannot be sorted among values of type {sample.TypeName}.", path);
    }

    private readonly record struct Row(CelValue[] Keys, JsonElement Json);
}
