using System.Text.Json;
using NextLayer.Workflows.Expressions;

namespace NextLayer.Workflows.Transforms;

/// <summary>
/// Mode <c>group</c>: one object per key, in the order of first appearance, with the keys, the aggregates and
/// <c>count</c>; without aggregates it holds its <c>items</c>.
/// </summary>
internal static class GroupTransform
{
    public static Evaluated<TransformResult> Apply(TransformRun run, IReadOnlyList<Item> items, IReadOnlyList<ItemKey> by)
    {
        if (by.Count == 0)
            return new EvaluationFailure(EvaluationFailure.Config, "Mode 'group' needs something to group by.", "by");
        var plans = AggregatePlan.ReadAll(run.Config);
        if (plans.Failure is not null)
            return plans.Failure;
        var groups = new Dictionary<CelValue, Group>(CelEquality.Instance);
        var order = new List<Group>();
        var failure = run.ForEach(items, item =>
        {
            run.Budget.Charge(by.Count + plans.Value.Count);
            var keys = new CelValue[by.Count];
            for (var i = 0; i < by.Count; i++)
            {
                var key = by[i].Of(item, run);
                if (key.Failure is not null)
                    return key.Failure;
                keys[i] = key.Value;
            }
            var whole = CelValue.Of(keys);
            var isNew = !groups.TryGetValue(whole, out var group);
            group ??= new Group(keys, [.. plans.Value.Select(a => a.Start())]);
            if (group.Add(item) is { } mismatch)
                return mismatch;
            if (isNew)
            {
                groups.Add(whole, group);
                order.Add(group);
            }
            return null;
        });
        return failure is null ? TransformResult.Of(order.Select(g => g.Write(by))) : failure;
    }

    private sealed class Group(CelValue[] keys, Aggregate[] aggregates)
    {
        private readonly List<JsonElement> _items = [];

        public EvaluationFailure? Add(Item item)
        {
            // An item counts in all aggregates or in none.
            foreach (var aggregate in aggregates)
            {
                if (aggregate.Check(item) is { } mismatch)
                    return mismatch;
            }
            foreach (var aggregate in aggregates)
                aggregate.Add(item);
            _items.Add(item.Json);
            return null;
        }

        public JsonElement Write(IReadOnlyList<ItemKey> by) => JsonOut.Write(writer =>
        {
            var taken = new HashSet<string>(StringComparer.Ordinal);
            writer.WriteStartObject();
            for (var i = 0; i < keys.Length; i++)
            {
                if (taken.Add(by[i].Name))
                {
                    writer.WritePropertyName(by[i].Name);
                    CelJson.Write(writer, keys[i]);
                }
            }
            foreach (var aggregate in aggregates.Where(a => taken.Add(a.Name)))
            {
                writer.WritePropertyName(aggregate.Name);
                aggregate.Write(writer);
            }
            if (taken.Add("count"))
                writer.WriteNumber("count", _items.Count);
            if (aggregates.Length == 0 && taken.Add("items"))
            {
                writer.WriteStartArray("items");
                foreach (var item in _items)
                    item.WriteTo(writer);
                writer.WriteEndArray();
            }
            writer.WriteEndObject();
        });
    }
}
