using System.Text.Json;
using NextLayer.Workflows.Catalog;
using NextLayer.Workflows.Expressions;
using NextLayer.Workflows.Templates;

namespace NextLayer.Tests.Workflows.Templates;

public sealed class ConfigTemplateTests
{
    [Theory]
    // Only a template: the value keeps its type
    [InlineData("\"{{ input.count }}\"", "3")]
    [InlineData("\"{{input.count}}\"", "3")]
    [InlineData("\"{{ input.price }}\"", "9.50")]
    [InlineData("\"{{ input.flag }}\"", "true")]
    [InlineData("\"{{ input.none }}\"", "null")]
    [InlineData("\"{{ input.items }}\"", """[{"name":"x"},{"name":"y"}]""")]
    [InlineData("\"{{ input.items.1 }}\"", """{"name":"y"}""")]
    [InlineData("\"{{ input.items.0.name }}\"", "\"x\"")]
    [InlineData("\"{{ input.count + 1 }}\"", "4")]
    [InlineData("\"{{ {'a': {'b': 1}}}}\"", """{"a":{"b":1}}""")]
    // Text round it: interpolation
    [InlineData("\"n={{ input.count }}!\"", "\"n=3!\"")]
    [InlineData("\" {{ input.count }}\"", "\" 3\"")]
    [InlineData("\"{{ input.text }}/{{ input.text }}\"", "\"hé \\\"q\\\"/hé \\\"q\\\"\"")]
    [InlineData("\"{{ input.price }}{{ input.flag }}{{ input.none }}\"", "\"9.50truenull\"")]
    [InlineData("\"got {{ input.items }}\"", "\"got [{\\\"name\\\":\\\"x\\\"},{\\\"name\\\":\\\"y\\\"}]\"")]
    [InlineData("\"{{ duration('90s') }} {{ timestamp(0) }} {{ b'a' }} {{ 2.0 }}\"", "\"90s 1970-01-01T00:00:00Z YQ== 2\"")]
    // Braces
    [InlineData("\"{{ '{{' }} and {{ '}}' }}\"", "\"{{ and }}\"")]
    [InlineData("\"{{ \\\"}}\\\" }}\"", "\"}}\"")]
    [InlineData("\"{{ r'\\\\' + '}}' }}\"", "\"\\\\}}\"")]
    [InlineData("\"{ not } a }} template\"", "\"{ not } a }} template\"")]
    // Where the value comes from
    [InlineData("\"{{ fetch.rows.0 }}\"", "7")]
    [InlineData("\"{{ steps.fetch.output.rows.0 }}\"", "7")]
    [InlineData("\"{{ steps['node-1'].output.x }}\"", "1")]
    [InlineData("\"{{ steps.`node-1`.output.x }}\"", "1")]
    [InlineData("\"{{ steps.fetch.status }}\"", "\"completed\"")]
    [InlineData("\"{{ has(steps.left_out.output) ? 1 : 2 }}\"", "2")]
    [InlineData("\"{{ steps.failed.output.error.code }}\"", "\"TIMEOUT\"")]
    [InlineData("\"{{ run.id }}\"", "\"r1\"")]
    [InlineData("\"Bearer {{ secrets.token }}\"", "\"Bearer s3cret\"")]
    [InlineData("\"{{ input.?nope.orValue('default') }}\"", "\"default\"")]
    // Structure
    [InlineData("""{ "a": [1, { "b": "{{ input.count }}" }], "c": "x", "d": { "e": "{{ input.flag }}" } }""", """{"a":[1,{"b":3}],"c":"x","d":{"e":true}}""")]
    [InlineData("""[["{{ input.count }}"]]""", "[[3]]")]
    public void Resolve_Template_GivesTheValue(string config, string expected)
    {
        var resolved = Resolve(config);

        Assert.Null(resolved.Failure);
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(expected), resolved.Value), resolved.Value.GetRawText());
        if (resolved.Value.ValueKind == JsonValueKind.Number)
            Assert.Equal(expected, resolved.Value.GetRawText());
    }

    [Theory]
    [InlineData("""{ "a": "{{ input.nope }}" }""", "TEMPLATE_UNRESOLVED", "a", "'input.nope'")]
    [InlineData("""{ "a": { "b": ["", "x{{ input.items.0.price }}"] } }""", "TEMPLATE_UNRESOLVED", "a.b[1]", "'input.items.0.price'")]
    [InlineData("""{ "a": "{{ input.nope.deeper }}" }""", "TEMPLATE_UNRESOLVED", "a", "'input.nope'")]
    [InlineData("""{ "a": "{{ input.items.5 }}" }""", "TEMPLATE_UNRESOLVED", "a", "'input.items.5'")]
    [InlineData("""{ "a": "{{ input.count.x }}" }""", "TEMPLATE_UNRESOLVED", "a", "'input.count.x'")]
    [InlineData("""{ "a": "{{ input.none.x }}" }""", "TEMPLATE_UNRESOLVED", "a", "'input.none.x'")]
    [InlineData("""{ "a": "{{ nobody.x }}" }""", "TEMPLATE_UNRESOLVED", "a", "'nobody'")]
    [InlineData("""{ "a": "{{ left_out.x }}" }""", "TEMPLATE_UNRESOLVED", "a", "'left_out'")]
    [InlineData("""{ "a": "{{ steps.left_out.output.x }}" }""", "TEMPLATE_UNRESOLVED", "a", "'steps.left_out.output'")]
    [InlineData("""{ "a": "{{ secrets.nope }}" }""", "TEMPLATE_UNRESOLVED", "a", "'secrets.nope'")]
    [InlineData("""{ "a": "{{ item }}" }""", "TEMPLATE_UNRESOLVED", "a", "'item'")]
    [InlineData("""{ "a": "{{ 1 + input.nope }}" }""", "TEMPLATE_UNRESOLVED", "a", "'input.nope'")]
    [InlineData("""{ "a": "{{ 1 / 0 }}" }""", "EXPRESSION", "a", "Division by zero")]
    [InlineData("""{ "a": "{{ input.count * 1.5 }}" }""", "EXPRESSION", "a", "double(x)")]
    [InlineData("""{ "a": "{{ input.x > }}" }""", "EXPRESSION", "a", "Unexpected")]
    [InlineData("""{ "a": "{{ input.x" }""", "EXPRESSION", "a", "not closed")]
    [InlineData("""{ "a": "{{ secrets }}" }""", "EXPRESSION", "a", "one by one")]
    [InlineData("""{ "a": "{{ size(secrets) }}" }""", "EXPRESSION", "a", "one by one")]
    [InlineData("""{ "a": "{{ secrets.map(s, s) }}" }""", "EXPRESSION", "a", "one by one")]
    [InlineData("\"{{ input.nope }}\"", "TEMPLATE_UNRESOLVED", null, "'input.nope'")]
    public void Resolve_Impossible_NamesCodePathAndPlace(string config, string code, string? path, string mention)
    {
        var failure = Resolve(config).Failure!;

        Assert.Equal((code, path), (failure.Code, failure.Path));
        Assert.Contains(mention, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"{{ input }}\"")]
    [InlineData("\"x{{ input.list }}\"")]
    [InlineData("[\"{{ input.x }}\", \"\\ud800\"]")]
    public void Resolve_HalfASurrogatePair_FailsAndThrowsNothing(string config)
    {
        var scope = new TemplateScope(JsonElement.Parse("""{ "x": 1, "list": ["\udc00"] }"""), default, new Dictionary<string, StepOutput>());

        Assert.Equal("EXPRESSION", ConfigTemplate.Compile(JsonElement.Parse(config)).Resolve(scope).Failure?.Code);
    }

    [Fact]
    public void Resolve_NoTemplate_ReturnsTheConfigItself()
    {
        var config = JsonElement.Parse("""{ "a":  1.0, "b": ["x"] }""");
        var template = ConfigTemplate.Compile(config);

        var resolved = template.Resolve(Scope());

        Assert.True(template.IsConstant);
        Assert.Equal(config.GetRawText(), resolved.Value.GetRawText());
    }

    [Fact]
    public void Resolve_SecretsRead_AreReportedForRedaction()
    {
        var scope = Scope();

        ConfigTemplate.Compile(JsonElement.Parse("""{ "a": "{{ secrets.token }}", "b": "{{ input.count }}" }""")).Resolve(scope.WithItem(default, 0));

        Assert.Equal(new Dictionary<string, string> { ["token"] = "s3cret" }, scope.SecretsRead);
    }

    [Fact]
    public void Resolve_DeferredAndExpressionFields_AreLeftForTheStep()
    {
        var config = JsonElement.Parse("""
            { "mode": "map", "source": "{{ input.items }}", "output": { "n": "{{ item.name }}" }, "where": "item.x > 1", "by": [{ "expression": "{{ item.name }}" }] }
            """);

        var resolved = ConfigTemplate.Compile(config, StepCatalog.Default.Find("transform")!.ConfigSchema).Resolve(Scope());

        Assert.Equal(2, resolved.Value.GetProperty("source").GetArrayLength());
        Assert.Equal("{{ item.name }}", resolved.Value.GetProperty("output").GetProperty("n").GetString());
        Assert.Equal("{{ item.name }}", resolved.Value.GetProperty("by")[0].GetProperty("expression").GetString());
    }

    [Fact]
    public void Resolve_ManyLargeValues_IsTooLarge()
    {
        var input = JsonElement.Parse($$"""{ "big": "{{new string('x', 100_000)}}" }""");
        var scope = new TemplateScope(input, default, new Dictionary<string, StepOutput>());
        var values = string.Join(',', Enumerable.Repeat("\"{{ input.big }}\"", 100));

        var failure = ConfigTemplate.Compile(JsonElement.Parse($"[{values}]")).Resolve(scope).Failure;

        Assert.Equal("OUTPUT_TOO_LARGE", failure?.Code);
    }

    [Fact]
    public void Resolve_Item_IsSeenInItsScopeOnly()
    {
        var template = ConfigTemplate.Compile(JsonElement.Parse("\"{{ index }}:{{ item.name }}\""));
        var scope = Scope();

        var inner = template.Resolve(scope.WithItem(JsonElement.Parse("""{ "name": "z" }"""), 4));

        Assert.Equal("4:z", inner.Value.GetString());
        Assert.NotNull(template.Resolve(scope).Failure);
    }

    [Fact]
    public void Resolve_Budget_IsSharedByAllTemplates()
    {
        var template = ConfigTemplate.Compile(JsonElement.Parse("""["{{ 1 + 1 }}", "{{ 1 + 1 }}", "{{ 1 + 1 }}"]"""));

        Assert.Null(template.Resolve(Scope(), new CelBudget(9)).Failure);
        Assert.Equal("EXPRESSION", template.Resolve(Scope(), new CelBudget(8)).Failure?.Code);
    }

    private static NextLayer.Workflows.Evaluated<JsonElement> Resolve(string config) => ConfigTemplate.Compile(JsonElement.Parse(config)).Resolve(Scope());

    private static TemplateScope Scope() => new(
        JsonElement.Parse("""{ "count": 3, "price": 9.50, "flag": true, "none": null, "text": "hé \"q\"", "items": [{ "name": "x" }, { "name": "y" }] }"""),
        JsonElement.Parse("""{ "id": "r1" }"""),
        new Dictionary<string, StepOutput>
        {
            ["fetch"] = new("completed", JsonElement.Parse("""{ "rows": [7, 8] }""")),
            ["node-1"] = new("completed", JsonElement.Parse("""{ "x": 1 }""")),
            ["failed"] = new("failed", JsonElement.Parse("""{ "error": { "code": "TIMEOUT" } }""")),
            ["left_out"] = new("skipped", null),
        },
        name => name == "token" ? "s3cret" : null);
}
