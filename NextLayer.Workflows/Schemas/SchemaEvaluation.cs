using System.Text.Json;

namespace NextLayer.Workflows.Schemas;

/// <summary>One check of one value, with the budget that makes it end.</summary>
internal sealed class SchemaEvaluation
{
    /// <summary>Visits of a schema at a place in the value. A plain form takes a few dozen; this takes about a fifth of a second.</summary>
    private const int MaxVisits = 1_000_000;

    /// <summary>A value has at most 64 levels; the rest is for references and combinations at one place.</summary>
    private const int MaxDepth = 400;

    private const int MaxErrors = 100;

    private int visits;
    private int depth;

    public List<SchemaError> Errors { get; } = [];

    public void Run(SchemaNode root, JsonElement value)
    {
        if (!Check(root, value, Place.Root, report: true) && Errors.Count == 0)
            Errors.Add(new SchemaError("", "is too much to check against its schema."));
    }

    private bool IsSpent => visits > MaxVisits;

    private bool Spend(long steps)
    {
        visits = (int)Math.Min(visits + steps, MaxVisits + 1);
        return !IsSpent;
    }

    // Every keyword is checked even after one has failed, so that all errors come at once; where nobody reads the
    // errors (anyOf, not, if …) the first is enough.
    private bool Check(SchemaNode node, JsonElement value, Place place, bool report)
    {
        if (!Spend(1) || depth >= MaxDepth)
        {
            Spend(MaxVisits);
            return false;
        }

        if (node.Always is { } always)
            return always || Fail(place, "is not allowed.", report);
        depth++;
        try
        {
            return CheckKind(node, value, place, report)
                & (report || !IsSpent)
                & CheckByKind(node, value, place, report)
                & CheckCombinations(node, value, place, report);
        }
        finally
        {
            depth--;
        }
    }

    private bool CheckKind(SchemaNode node, JsonElement value, Place place, bool report)
    {
        if (node.Types is { } types && !types.Any(type => IsOfType(value, type)))
            return Fail(place, $"must be {string.Join(" or ", types.Select(Article))}.", report);
        if (node.Const is { } constant && !JsonElement.DeepEquals(constant, value))
            return Fail(place, $"must be {Short(constant)}.", report);
        if (node.Enum is { } allowed && Spend(allowed.Count) && !allowed.Any(one => JsonElement.DeepEquals(one, value)))
            return Fail(place, $"must be one of {string.Join(", ", allowed.Take(20).Select(Short))}.", report);
        return true;
    }

    private bool CheckByKind(SchemaNode node, JsonElement value, Place place, bool report) => value.ValueKind switch
    {
        JsonValueKind.Object => CheckObject(node, value, place, report),
        JsonValueKind.Array => CheckArray(node, value, place, report),
        JsonValueKind.String => CheckText(node, value.GetString()!, place, report),
        JsonValueKind.Number => CheckNumber(node, value, place, report),
        _ => true,
    };

    private bool CheckObject(SchemaNode node, JsonElement value, Place place, bool report)
    {
        var count = value.GetPropertyCount();
        // Looking a name up walks the members.
        if (!Spend((1 + count / 8L) * ((node.Required?.Count ?? 0) + (node.DependentRequired?.Count ?? 0) + (node.DependentSchemas?.Count ?? 0))))
            return false;
        var fine = true;
        foreach (var name in node.Required ?? [])
            fine &= value.TryGetProperty(name, out _) || Fail(place.Member(name), "is required.", report);
        if (count < node.MinProperties)
            fine = Fail(place, $"must have at least {node.MinProperties} members.", report);
        if (count > node.MaxProperties)
            fine = Fail(place, $"must have at most {node.MaxProperties} members.", report);
        foreach (var (name, others) in node.DependentRequired ?? EmptyMap<IReadOnlyList<string>>.Value)
        {
            if (value.TryGetProperty(name, out _))
                fine &= others.All(other => value.TryGetProperty(other, out _) || Fail(place.Member(other), $"is required beside {name}.", report));
        }

        foreach (var (name, schema) in node.DependentSchemas ?? EmptyMap<SchemaNode>.Value)
            fine &= !value.TryGetProperty(name, out _) || Check(schema, value, place, report);
        if (node.Properties is null && node.PatternProperties is null && node.AdditionalProperties is null && node.PropertyNames is null)
            return fine;
        foreach (var member in value.EnumerateObject())
            fine &= (report || fine) && CheckMember(node, member, place.Member(member.Name), report);
        return fine;
    }

    private bool CheckMember(SchemaNode node, JsonProperty member, Place place, bool report)
    {
        var fine = true;
        var known = false;
        if (node.PropertyNames is { } names)
            fine &= Check(names, JsonSerializer.SerializeToElement(member.Name), place, report);
        if (node.Properties is { } properties && properties.TryGetValue(member.Name, out var schema))
        {
            known = true;
            fine &= Check(schema, member.Value, place, report);
        }

        foreach (var (pattern, patterned) in node.PatternProperties ?? [])
        {
            if (!SchemaPatterns.Fits(pattern, member.Name))
                continue;
            known = true;
            fine &= Check(patterned, member.Value, place, report);
        }

        return known || node.AdditionalProperties is not { } additional ? fine : fine & Check(additional, member.Value, place, report);
    }

    private bool CheckArray(SchemaNode node, JsonElement value, Place place, bool report)
    {
        var fine = true;
        var count = value.GetArrayLength();
        if (node.UniqueItems && !Spend(count))
            return false;
        if (count < node.MinItems)
            fine = Fail(place, $"must have at least {node.MinItems} items.", report);
        if (count > node.MaxItems)
            fine = Fail(place, $"must have at most {node.MaxItems} items.", report);
        if (node.UniqueItems && value.EnumerateArray().Distinct(SameJson.Instance).Count() != count)
            fine = Fail(place, "must not have an item twice.", report);
        if (node.PrefixItems is not null || node.Items is not null)
        {
            var index = 0;
            foreach (var item in value.EnumerateArray())
            {
                var schema = index < node.PrefixItems?.Count ? node.PrefixItems[index] : node.Items;
                fine &= (report || fine) && (schema is null || Check(schema, item, place.Item(index), report));
                index++;
            }
        }

        if (node.Contains is not { } contains)
            return fine;
        var matching = value.EnumerateArray().Count(item => Check(contains, item, place, report: false));
        if (matching < (node.MinContains ?? 1))
            fine = Fail(place, $"must have at least {node.MinContains ?? 1} items of the described kind.", report);
        return matching <= (node.MaxContains ?? int.MaxValue)
            ? fine
            : Fail(place, $"must have at most {node.MaxContains} items of the described kind.", report);
    }

    private bool CheckText(SchemaNode node, string text, Place place, bool report)
    {
        var fine = true;
        if (node.MinLength is not null || node.MaxLength is not null)
        {
            var length = text.EnumerateRunes().Count(); // The standard counts characters, not UTF-16 units.
            if (length < node.MinLength)
                fine = Fail(place, $"must have at least {node.MinLength} characters.", report);
            if (length > node.MaxLength)
                fine = Fail(place, $"must have at most {node.MaxLength} characters.", report);
        }

        if (node.Pattern is { } pattern && !SchemaPatterns.Fits(pattern, text))
            fine = Fail(place, $"must match {pattern}.", report);
        return node.Format is { } format && SchemaFormats.Check(format, text) is { } flaw ? Fail(place, flaw, report) : fine;
    }

    private bool CheckNumber(SchemaNode node, JsonElement value, Place place, bool report)
    {
        if (!value.TryGetDecimal(out var number))
            number = value.GetDouble() > 0 ? decimal.MaxValue : decimal.MinValue; // Beyond every bound a schema can name.
        var fine = true;
        if (number < node.Minimum)
            fine = Fail(place, $"must be {node.Minimum} or more.", report);
        if (number > node.Maximum)
            fine = Fail(place, $"must be {node.Maximum} or less.", report);
        if (number <= node.ExclusiveMinimum)
            fine = Fail(place, $"must be more than {node.ExclusiveMinimum}.", report);
        if (number >= node.ExclusiveMaximum)
            fine = Fail(place, $"must be less than {node.ExclusiveMaximum}.", report);
        if (node.MultipleOf is { } step && number % step != 0)
            fine = Fail(place, $"must be a multiple of {step}.", report);
        return fine;
    }

    private bool CheckCombinations(SchemaNode node, JsonElement value, Place place, bool report)
    {
        var fine = node.Reference is null || Check(node.Reference, value, place, report);
        foreach (var part in node.AllOf ?? [])
            fine &= (report || fine) && Check(part, value, place, report);
        if (node.AnyOf is { } any && !any.Any(part => Check(part, value, place, report: false)))
            fine = Fail(place, "fits none of the alternatives.", report);
        if (node.OneOf is { } one && one.Count(part => Check(part, value, place, report: false)) is var fitting and not 1)
            fine = Fail(place, fitting == 0 ? "fits none of the alternatives." : "fits more than one of the alternatives.", report);
        if (node.Not is { } not && Check(not, value, place, report: false))
            fine = Fail(place, "is of a kind that is excluded.", report);
        if (node.If is not { } condition)
            return fine;
        var branch = Check(condition, value, place, report: false) ? node.Then : node.Else;
        return branch is null ? fine : fine & Check(branch, value, place, report);
    }

    private bool Fail(Place place, string message, bool report)
    {
        if (report && Errors.Count < MaxErrors && !IsSpent)
            Errors.Add(new SchemaError(place.ToString(), message));
        return false;
    }

    private static bool IsOfType(JsonElement value, string type) => type switch
    {
        "null" => value.ValueKind == JsonValueKind.Null,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && IsWhole(value),
        _ => value.ValueKind == JsonValueKind.String,
    };

    private static bool IsWhole(JsonElement value) =>
        value.TryGetDecimal(out var number) ? number == decimal.Truncate(number) : double.IsInteger(value.GetDouble());

    private static string Article(string type) => type switch
    {
        "null" => "null",
        "boolean" => "true or false",
        "object" or "array" or "integer" => $"an {type}",
        _ => $"a {type}",
    };

    private static string Short(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= 80 ? text : $"{text[..80]}…";
    }

    private static class EmptyMap<T>
    {
        public static readonly IReadOnlyDictionary<string, T> Value = new Dictionary<string, T>();
    }
}
