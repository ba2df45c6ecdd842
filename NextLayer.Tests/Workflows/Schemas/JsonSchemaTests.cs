using System.Diagnostics;
using System.Text.Json;
using NextLayer.Workflows.Schemas;

namespace NextLayer.Tests.Workflows.Schemas;

public sealed class JsonSchemaTests
{
    [Theory]
    [InlineData("""{"type": "string"}""", "\"a\"")]
    [InlineData("""{"type": ["string", "null"]}""", "null")]
    [InlineData("""{"type": "integer"}""", "1.0")]
    [InlineData("""{"minimum": 1, "exclusiveMaximum": 3, "multipleOf": 0.1}""", "2.3")]
    [InlineData("""{"minimum": 3, "exclusiveMinimum": true}""", "3.5")]
    [InlineData("""{"minLength": 2, "maxLength": 2, "pattern": "^[^x]+$"}""", "\"😀b\"")]
    [InlineData("""{"const": {"a": [1, {"b": 2.0}]}}""", """{"a": [1.0, {"b": 2}]}""")]
    [InlineData("""{"properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": false}""", """{"a": ""}""")]
    [InlineData("""{"patternProperties": {"^x-": {"type": "number"}}, "additionalProperties": {"type": "string"}}""", """{"x-a": 1, "b": ""}""")]
    [InlineData("""{"prefixItems": [{"type": "string"}], "items": {"type": "number"}}""", """["a", 1, 2]""")]
    [InlineData("""{"items": [{"type": "string"}], "additionalItems": {"type": "number"}}""", """["a", 1]""")]
    [InlineData("""{"uniqueItems": true}""", """[1, "1", [1], {"a": 1}]""")]
    [InlineData("""{"contains": {"type": "number"}, "minContains": 1, "maxContains": 2}""", """[1, "a", 2]""")]
    [InlineData("""{"oneOf": [{"type": "string"}, {"minimum": 5}]}""", "7")]
    [InlineData("""{"if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": {"required": ["c"]}}""", """{"a": 1, "b": 1}""")]
    [InlineData("""{"dependencies": {"a": ["b"], "c": {"required": ["d"]}}}""", """{"a": 1, "b": 1}""")]
    [InlineData("""{"$ref": "#/$defs/node", "$defs": {"node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}}}}""", """{"next": {"next": {}}}""")]
    [InlineData("""{"format": "uuid"}""", "\"018f0000-0000-7000-8000-000000000000\"")]
    [InlineData("""{"unknown": 1, "$comment": "x", "title": "t", "default": 3}""", "true")]
    public void Validate_FittingValue_FindsNothing(string schema, string value) =>
        Assert.Empty(Compile(schema).Validate(JsonElement.Parse(value)));

    [Theory]
    [InlineData("""{"type": "string"}""", "1", "", "must be a string.")]
    [InlineData("""{"type": "integer"}""", "1.5", "", "must be an integer.")]
    [InlineData("""{"enum": ["a", 1]}""", "2", "", "must be one of \"a\", 1.")]
    [InlineData("""{"required": ["a"]}""", "{}", "a", "is required.")]
    [InlineData("""{"properties": {"a": {"items": {"minimum": 3}}}}""", """{"a": [3, 2]}""", "a[1]", "must be 3 or more.")]
    [InlineData("""{"additionalProperties": false}""", """{"b": 1}""", "b", "is not allowed.")]
    [InlineData("""{"multipleOf": 0.01}""", "1.005", "", "must be a multiple of 0.01.")]
    [InlineData("""{"maximum": 10}""", "1e300", "", "must be 10 or less.")]
    [InlineData("""{"maxLength": 1}""", "\"ab\"", "", "must have at most 1 characters.")]
    [InlineData("""{"pattern": "^a+$"}""", "\"b\"", "", "must match ^a+$.")]
    [InlineData("""{"uniqueItems": true}""", """[{"a": 1, "b": 2}, {"b": 2.0, "a": 1}]""", "", "must not have an item twice.")]
    [InlineData("""{"anyOf": [{"type": "string"}, {"type": "null"}]}""", "1", "", "fits none of the alternatives.")]
    [InlineData("""{"oneOf": [{"minimum": 1}, {"minimum": 2}]}""", "3", "", "fits more than one of the alternatives.")]
    [InlineData("""{"not": {"type": "null"}}""", "null", "", "is of a kind that is excluded.")]
    [InlineData("""{"format": "date-time"}""", "\"2026-02-11T12:00:00\"", "", "must be a time, as 2026-02-11T12:00:00Z.")]
    [InlineData("""{"propertyNames": {"maxLength": 1}}""", """{"ab": 1}""", "ab", "must have at most 1 characters.")]
    public void Validate_OtherValue_NamesPlaceAndReason(string schema, string value, string path, string message) =>
        Assert.Equal(new SchemaError(path, message), Assert.Single(Compile(schema).Validate(JsonElement.Parse(value))));

    [Fact]
    public void Validate_SeveralErrors_FindsAll()
    {
        var schema = Compile("""{"required": ["a", "b"], "properties": {"c": {"type": "string"}}}""");

        Assert.Equal(["a", "b", "c"], schema.Validate(JsonElement.Parse("""{"c": 1}""")).Select(error => error.Path));
    }

    [Theory]
    [InlineData("""{"type": "text"}""", "type")]
    [InlineData("""{"properties": []}""", "properties")]
    [InlineData("""{"minLength": -1}""", "minLength")]
    [InlineData("""{"pattern": "("}""", "pattern")]
    [InlineData("""{"required": "a"}""", "required")]
    [InlineData("""{"$ref": "http://localhost/schema"}""", "$ref")]
    [InlineData("""{"$ref": "#/$defs/gone"}""", "$ref")]
    [InlineData("""{"allOf": [{"unevaluatedProperties": false}]}""", "allOf.0.unevaluatedProperties")]
    [InlineData("""5""", "")]
    public void TryCompile_WrongSchema_NamesTheKeyword(string schema, string path)
    {
        var compiled = JsonSchema.TryCompile(JsonElement.Parse(schema), out var errors);

        Assert.Null(compiled);
        Assert.Equal(path, Assert.Single(errors).Path);
    }

    [Theory]
    [InlineData("""{"$ref": "#"}""", "1")]
    [InlineData("""{"allOf": [{"$ref": "#"}]}""", "1")]
    [InlineData("""{"anyOf": [{"properties": {"a": {"$ref": "#"}}, "required": ["x"]}, {"properties": {"a": {"$ref": "#"}}, "required": ["y"]}, {"properties": {"a": {"$ref": "#"}}, "required": ["z"]}]}""", null)]
    [InlineData("""{"pattern": "^(a+)+$"}""", "long")]
    [InlineData("""{"pattern": "(?=(a+)+$)b"}""", "long")]
    public void Validate_SchemaMadeToNeverEnd_EndsSoon(string schema, string? value)
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 60)) + "1" + new string('}', 60);
        var json = value is null ? deep : value == "long" ? $"\"{new string('a', 50_000)}!\"" : value;
        var started = Stopwatch.GetTimestamp();

        var errors = Compile(schema).Validate(JsonElement.Parse(json));

        Assert.NotEmpty(errors);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(10), $"took {Stopwatch.GetElapsedTime(started)}");
    }

    [Fact]
    public void TryCompile_ChainOfReferences_IsRefusedBeforeTheStackEnds()
    {
        var links = string.Join(",", Enumerable.Range(0, 20_000).Select(i => $"\"d{i}\":{{\"$ref\":\"#/$defs/d{i + 1}\"}}"));

        var compiled = JsonSchema.TryCompile(JsonElement.Parse($"{{\"$ref\":\"#/$defs/d0\",\"$defs\":{{{links},\"d20000\":{{}}}}}}"), out var errors);

        Assert.Null(compiled);
        Assert.Contains(errors, error => error.Message == "is nested, or refers to references, too deeply.");
    }

    [Theory]
    [InlineData(false, "stands behind names that are too long.")]
    [InlineData(true, "is more than a schema may have: 10,000 parts.")]
    public void TryCompile_FewPartsSpelledManyWays_IsRefusedBeforeItMultiplies(bool manyReferences, string message)
    {
        var parts = string.Join(",", Enumerable.Range(0, 200).Select(i => $"\"p{i}\": {{}}"));
        var schema = manyReferences
            ? $"{{\"anyOf\": [{{\"properties\": {{{parts}}}}}, {string.Join(",", Enumerable.Range(1, 200).Select(i => $"{{\"$ref\": \"#/anyOf/{new string('0', i)}\"}}"))}]}}"
            : $"{{\"properties\": {{\"{new string('k', 300_000)}\": {{\"properties\": {{{parts}}}}}}}}}";

        var compiled = JsonSchema.TryCompile(JsonElement.Parse(schema), out var errors);

        Assert.Null(compiled);
        Assert.All(errors, error => Assert.Equal(message, error.Message));
        Assert.All(errors, error => Assert.True(error.Path.Length < 3_000));
    }

    private static JsonSchema Compile(string schema)
    {
        var compiled = JsonSchema.TryCompile(JsonElement.Parse(schema), out var errors);
        Assert.True(compiled is not null, string.Join("; ", errors));
        return compiled;
    }
}
