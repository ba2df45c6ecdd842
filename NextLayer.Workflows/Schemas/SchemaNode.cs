using System.Text.Json;
using System.Text.RegularExpressions;

namespace NextLayer.Workflows.Schemas;

/// <summary>What one (sub)schema asks. A member that is null asks nothing.</summary>
internal sealed class SchemaNode
{
    /// <summary>Set for the schemas <c>true</c> and <c>false</c>.</summary>
    public bool? Always { get; set; }

    public SchemaNode? Reference { get; set; }
    public IReadOnlyList<string>? Types { get; set; }
    public IReadOnlyList<JsonElement>? Enum { get; set; }
    public JsonElement? Const { get; set; }

    public decimal? Minimum { get; set; }
    public decimal? Maximum { get; set; }
    public decimal? ExclusiveMinimum { get; set; }
    public decimal? ExclusiveMaximum { get; set; }
    public decimal? MultipleOf { get; set; }

    public int? MinLength { get; set; }
    public int? MaxLength { get; set; }
    public Regex? Pattern { get; set; }
    public string? Format { get; set; }

    public IReadOnlyDictionary<string, SchemaNode>? Properties { get; set; }
    public IReadOnlyList<(Regex Pattern, SchemaNode Schema)>? PatternProperties { get; set; }
    public SchemaNode? AdditionalProperties { get; set; }
    public SchemaNode? PropertyNames { get; set; }
    public IReadOnlyList<string>? Required { get; set; }
    public int? MinProperties { get; set; }
    public int? MaxProperties { get; set; }
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? DependentRequired { get; set; }
    public IReadOnlyDictionary<string, SchemaNode>? DependentSchemas { get; set; }

    public IReadOnlyList<SchemaNode>? PrefixItems { get; set; }
    public SchemaNode? Items { get; set; }
    public SchemaNode? Contains { get; set; }
    public int? MinContains { get; set; }
    public int? MaxContains { get; set; }
    public int? MinItems { get; set; }
    public int? MaxItems { get; set; }
    public bool UniqueItems { get; set; }

    public IReadOnlyList<SchemaNode>? AllOf { get; set; }
    public IReadOnlyList<SchemaNode>? AnyOf { get; set; }
    public IReadOnlyList<SchemaNode>? OneOf { get; set; }
    public SchemaNode? Not { get; set; }
    public SchemaNode? If { get; set; }
    public SchemaNode? Then { get; set; }
    public SchemaNode? Else { get; set; }
}
