using System.Text.Json;
using NextLayer.Workflows.Catalog;
using NextLayer.Workflows.Expressions;
using NextLayer.Workflows.Templates;

namespace NextLayer.Workflows.Transforms;

/// <summary>
/// Mode <c>merge</c>: joins two lists of objects on fields of equal value, as SQL does; null equals nothing. Of a
/// property both have, the right one's value counts. <c>on</c> is a field, a list of fields, or <c>{left, right}</c>.
/// </summary>
internal static class MergeTransform
{
    public static Evaluated<TransformResult> Apply(TransformRun run)
    {
        var left = ReadObjects(run, "left");
        var right = ReadObjects(run, "right");
        if ((left.Failure ?? right.Failure) is { } failure)
            return failure;
        if (!run.Config.TryGetProperty("on", out var on)
            || FieldsOf(on, "left") is not { Length: > 0 } leftFields
            || FieldsOf(on, "right") is not { } rightFields
            || rightFields.Length != leftFields.Length)
            return new EvaluationFailure(EvaluationFailure.Config, "'on' must name the same number of fields on both sides.", "on");
        run.Budget.Charge(left.Value.Count + right.Value.Count);
        return Join(left.Value, leftFields, right.Value, rightFields, StepSchema.TextOf(run.Config, "how") ?? "inner");
    }

    private static Evaluated<TransformResult> Join(
        IReadOnlyList<Item> left, string[] leftFields, IReadOnlyList<Item> right, string[] rightFields, string how)
    {
        var rightByKey = right
            .Select(item => (item, Key: KeyOf(item.Json, rightFields)))
            .Where(r => r.Key is not null)
            .ToLookup(r => r.Key!.Value, r => r.item, CelEquality.Instance);
        var met = new HashSet<int>();
        var rows = new List<JsonElement>();
        long bytes = 0;
        foreach (var item in left)
        {
            var matches = KeyOf(item.Json, leftFields) is { } key ? rightByKey[key] : [];
            var before = rows.Count;
            foreach (var match in matches)
            {
                met.Add(match.Index);
                rows.Add(Merge(item.Json, match.Json));
                // Equal keys on both sides multiply, so the size is watched as it grows.
                bytes += JsonOut.SizeOf(rows[^1]);
                if (bytes > ConfigTemplate.MaxBytes)
                    return TransformRun.TooLarge;
            }
            if (rows.Count == before && how is "left" or "outer")
                rows.Add(item.Json);
        }
        if (how == "outer")
            rows.AddRange(right.Where(r => !met.Contains(r.Index)).Select(r => r.Json));
        return TransformResult.Of(rows);
    }

    private static Evaluated<IReadOnlyList<Item>> ReadObjects(TransformRun run, string name)
    {
        var list = run.ReadList(name);
        if (list.Failure is not null)
            return list;
        foreach (var item in list.Value)
        {
            if (item.Json.ValueKind != JsonValueKind.Object)
                return TransformRun.Mismatch($"{name}[{item.Index}]", "an object", item.Json);
        }
        return list;
    }

    private static string[]? FieldsOf(JsonElement on, string side) => on.ValueKind switch
    {
        JsonValueKind.String => [on.GetString()!],
        JsonValueKind.Array => [.. on.EnumerateArray().Where(f => f.ValueKind == JsonValueKind.String).Select(f => f.GetString()!)],
        JsonValueKind.Object when on.TryGetProperty(side, out var inner) && inner.ValueKind != JsonValueKind.Object => FieldsOf(inner, side),
        _ => null,
    };

    private static CelValue? KeyOf(JsonElement json, string[] fields)
    {
        var parts = new CelValue[fields.Length];
        for (var i = 0; i < fields.Length; i++)
        {
            if (ItemKey.FieldOf(json, fields[i]) is not { ValueKind: not JsonValueKind.Null } value)
                return null;
            parts[i] = CelJson.Read(value);
        }
        return CelValue.Of(parts);
    }

    private static JsonElement Merge(JsonElement left, JsonElement right) => JsonOut.Write(writer =>
    {
        writer.WriteStartObject();
        foreach (var property in left.EnumerateObject().Where(p => !right.TryGetProperty(p.Name, out _)))
            property.WriteTo(writer);
        foreach (var property in right.EnumerateObject())
            property.WriteTo(writer);
        writer.WriteEndObject();
    });
}
