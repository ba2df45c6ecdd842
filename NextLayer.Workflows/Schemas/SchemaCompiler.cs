using System.Text.Json;
using System.Text.RegularExpressions;

namespace NextLayer.Workflows.Schemas;

/// <summary>Reads a schema document into nodes and says of every keyword that cannot be meant what is wrong with it.</summary>
internal sealed class SchemaCompiler(JsonElement document)
{
    private const int MaxErrors = 100;

    /// <summary>Schemas within schemas and references to references: far beyond any form, far within a stack.</summary>
    private const int MaxDepth = 200;

    /// <summary>
    /// Parts, and characters of the way to one. Each part is known by its way, so that without these a megabyte of long
    /// names, or of references that spell one way differently, would become gigabytes.
    /// </summary>
    private const int MaxNodes = 10_000, MaxPointer = 2_000;

    private static readonly string[] TypeNames = ["null", "boolean", "object", "array", "number", "integer", "string"];

    /// <summary>Keywords that change what a schema means and that we do not evaluate: refused, not ignored.</summary>
    private static readonly string[] Unsupported =
        ["$dynamicRef", "$recursiveRef", "unevaluatedProperties", "unevaluatedItems"];

    private readonly Dictionary<string, SchemaNode> byPointer = [];
    private int depth;

    public List<SchemaError> Errors { get; } = [];

    public SchemaNode Compile() => Node(document, "#");

    private SchemaNode Node(JsonElement schema, string pointer)
    {
        if (byPointer.TryGetValue(pointer, out var known))
            return known;
        var node = new SchemaNode();
        if (pointer.Length > MaxPointer || byPointer.Count == MaxNodes)
        {
            Fail(Shortened.Text(pointer, MaxPointer), pointer.Length > MaxPointer ? "stands behind names that are too long." : $"is more than a schema may have: {MaxNodes:N0} parts.");
            return node;
        }

        byPointer.Add(pointer, node); // Before its parts are read: they may refer back to it.
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
            node.Always = schema.ValueKind == JsonValueKind.True;
        else if (schema.ValueKind != JsonValueKind.Object)
            Fail(pointer, "must be a schema: an object, true or false.");
        else if (depth == MaxDepth)
            Fail(pointer, "is nested, or refers to references, too deeply.");
        else
            ReadKeywords(schema, pointer, node);
        return node;
    }

    private void ReadKeywords(JsonElement schema, string pointer, SchemaNode node)
    {
        depth++;
        foreach (var keyword in schema.EnumerateObject())
        {
            var at = Child(pointer, keyword.Name);
            if (Unsupported.Contains(keyword.Name))
                Fail(at, "is not supported.");
            else if (!ReadValueKeyword(keyword.Name, keyword.Value, at, node))
                ReadSchemaKeyword(keyword.Name, keyword.Value, at, node);
        }

        ReadOlderSpellings(schema, pointer, node);
        depth--;
    }

    private bool ReadValueKeyword(string name, JsonElement value, string at, SchemaNode node)
    {
        switch (name)
        {
            case "type": node.Types = Types(value, at); break;
            case "enum": node.Enum = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : FailAs<JsonElement>(at, "must be a list."); break;
            case "const": node.Const = value; break;
            case "minimum": node.Minimum = Number(value, at); break;
            case "maximum": node.Maximum = Number(value, at); break;
            case "exclusiveMinimum" when value.ValueKind is not (JsonValueKind.True or JsonValueKind.False): node.ExclusiveMinimum = Number(value, at); break;
            case "exclusiveMaximum" when value.ValueKind is not (JsonValueKind.True or JsonValueKind.False): node.ExclusiveMaximum = Number(value, at); break;
            case "multipleOf": node.MultipleOf = Number(value, at, mustBePositive: true); break;
            case "minLength": node.MinLength = Count(value, at); break;
            case "maxLength": node.MaxLength = Count(value, at); break;
            case "minItems": node.MinItems = Count(value, at); break;
            case "maxItems": node.MaxItems = Count(value, at); break;
            case "minContains": node.MinContains = Count(value, at); break;
            case "maxContains": node.MaxContains = Count(value, at); break;
            case "minProperties": node.MinProperties = Count(value, at); break;
            case "maxProperties": node.MaxProperties = Count(value, at); break;
            case "uniqueItems": node.UniqueItems = Flag(value, at); break;
            case "pattern": node.Pattern = value.ValueKind == JsonValueKind.String ? Pattern(value.GetString()!, at) : Fail<Regex>(at, "must be a string."); break;
            case "format": node.Format = value.ValueKind == JsonValueKind.String ? value.GetString() : Fail<string>(at, "must be a string."); break;
            case "required" when value.ValueKind is not (JsonValueKind.True or JsonValueKind.False): node.Required = Texts(value, at); break;
            case "dependentRequired": node.DependentRequired = Map(value, at, Texts); break;
            default: return false;
        }

        return true;
    }

    private void ReadSchemaKeyword(string name, JsonElement value, string at, SchemaNode node)
    {
        switch (name)
        {
            case "$ref": node.Reference = Resolve(value, at); break;
            case "properties": node.Properties = Map(value, at, Node); break;
            case "patternProperties": node.PatternProperties = PatternMap(value, at); break;
            case "additionalProperties": node.AdditionalProperties = Node(value, at); break;
            case "propertyNames": node.PropertyNames = Node(value, at); break;
            case "dependentSchemas": node.DependentSchemas = Map(value, at, Node); break;
            case "prefixItems": node.PrefixItems = Nodes(value, at); break;
            case "items" when value.ValueKind != JsonValueKind.Array: node.Items = Node(value, at); break;
            case "contains": node.Contains = Node(value, at); break;
            case "allOf": node.AllOf = Nodes(value, at); break;
            case "anyOf": node.AnyOf = Nodes(value, at); break;
            case "oneOf": node.OneOf = Nodes(value, at); break;
            case "not": node.Not = Node(value, at); break;
            case "if": node.If = Node(value, at); break;
            case "then": node.Then = Node(value, at); break;
            case "else": node.Else = Node(value, at); break;
            case "$defs" or "definitions": Map(value, at, Node); break;
        }
    }

    // Drafts 4 to 7: a boolean exclusiveMinimum qualifies minimum, items may be a list, dependencies mix both kinds.
    private void ReadOlderSpellings(JsonElement schema, string pointer, SchemaNode node)
    {
        if (schema.TryGetProperty("exclusiveMinimum", out var low) && low.ValueKind == JsonValueKind.True)
            (node.ExclusiveMinimum, node.Minimum) = (node.Minimum, null);
        if (schema.TryGetProperty("exclusiveMaximum", out var high) && high.ValueKind == JsonValueKind.True)
            (node.ExclusiveMaximum, node.Maximum) = (node.Maximum, null);
        if (schema.TryGetProperty("items", out var items) && items.ValueKind == JsonValueKind.Array)
        {
            node.PrefixItems = Nodes(items, Child(pointer, "items"));
            node.Items = schema.TryGetProperty("additionalItems", out var more) ? Node(more, Child(pointer, "additionalItems")) : null;
        }

        if (!schema.TryGetProperty("dependencies", out var dependencies) || dependencies.ValueKind != JsonValueKind.Object)
            return;
        var at = Child(pointer, "dependencies");
        var parts = dependencies.EnumerateObject().ToLookup(part => part.Value.ValueKind == JsonValueKind.Array);
        node.DependentRequired ??= parts[true].ToDictionary(part => part.Name, part => Texts(part.Value, Child(at, part.Name)));
        node.DependentSchemas ??= parts[false].ToDictionary(part => part.Name, part => Node(part.Value, Child(at, part.Name)));
    }

    private SchemaNode? Resolve(JsonElement reference, string at)
    {
        var text = reference.ValueKind == JsonValueKind.String ? reference.GetString()! : "";
        if (text != "#" && !text.StartsWith("#/", StringComparison.Ordinal))
            return Fail<SchemaNode>(at, "must point into this document: # or #/….");
        var pointer = Uri.UnescapeDataString(text);
        var target = document;
        foreach (var part in pointer.Split('/').Skip(1).Select(part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)))
        {
            var found = target.ValueKind switch
            {
                JsonValueKind.Object => target.TryGetProperty(part, out target),
                JsonValueKind.Array => int.TryParse(part, out var index) && index >= 0 && index < target.GetArrayLength()
                    && (target = target[index]).ValueKind != JsonValueKind.Undefined,
                _ => false,
            };
            if (!found)
                return Fail<SchemaNode>(at, $"points to {text}, where there is nothing.");
        }

        return Node(target, pointer);
    }

    private IReadOnlyList<string> Types(JsonElement value, string at)
    {
        var types = value.ValueKind == JsonValueKind.String ? [value.GetString()!] : Texts(value, at);
        foreach (var type in types.Except(TypeNames))
            Fail(at, $"names {type}, which is no type; the types are {string.Join(", ", TypeNames)}.");
        return types;
    }

    private Regex? Pattern(string pattern, string at)
    {
        try
        {
            return SchemaPatterns.Compile(pattern);
        }
        catch (ArgumentException)
        {
            return Fail<Regex>(at, "is not a regular expression.");
        }
    }

    private IReadOnlyList<(Regex, SchemaNode)> PatternMap(JsonElement value, string at) =>
        [.. Map(value, at, Node)
            .Select(part => (Pattern: Pattern(part.Key, Child(at, part.Key)), part.Value))
            .Where(part => part.Pattern is not null)
            .Select(part => (part.Pattern!, part.Value))];

    private Dictionary<string, T> Map<T>(JsonElement value, string at, Func<JsonElement, string, T> read)
    {
        if (value.ValueKind == JsonValueKind.Object)
            return value.EnumerateObject().ToDictionary(part => part.Name, part => read(part.Value, Child(at, part.Name)));
        Fail(at, "must be an object.");
        return [];
    }

    private IReadOnlyList<SchemaNode> Nodes(JsonElement value, string at) =>
        value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select((item, index) => Node(item, $"{at}/{index}"))]
            : FailAs<SchemaNode>(at, "must be a list of schemas.");

    private IReadOnlyList<string> Texts(JsonElement value, string at) =>
        value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(item => item.GetString()!)]
            : FailAs<string>(at, "must be a list of strings.");

    private decimal? Number(JsonElement value, string at, bool mustBePositive = false)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) && (!mustBePositive || number > 0))
            return number;
        Fail(at, mustBePositive ? "must be a number above 0." : "must be a number.");
        return null;
    }

    private int? Count(JsonElement value, string at)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var count) && count is >= 0 and <= int.MaxValue && count == decimal.Truncate(count))
            return (int)count;
        Fail(at, "must be a whole number, 0 or more.");
        return null;
    }

    private bool Flag(JsonElement value, string at)
    {
        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            Fail(at, "must be true or false.");
        return value.ValueKind == JsonValueKind.True;
    }

    private static string Child(string pointer, string name) =>
        $"{pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    private void Fail(string pointer, string message)
    {
        if (Errors.Count < MaxErrors)
            Errors.Add(new SchemaError(Shortened.Text(pointer, MaxPointer).TrimStart('#', '/').Replace('/', '.'), message));
    }

    private T? Fail<T>(string pointer, string message)
        where T : class
    {
        Fail(pointer, message);
        return null;
    }

    private IReadOnlyList<T> FailAs<T>(string pointer, string message)
    {
        Fail(pointer, message);
        return [];
    }
}
