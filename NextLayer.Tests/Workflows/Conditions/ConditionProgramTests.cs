using System.Text.Json;
using NextLayer.Workflows;
using NextLayer.Workflows.Catalog;
using NextLayer.Workflows.Conditions;
using NextLayer.Workflows.Templates;

namespace NextLayer.Tests.Workflows.Conditions;

public sealed class ConditionProgramTests
{
    [Theory]
    [InlineData("""{ "expression": "input.n > 3" }""", "true", """{"result":true,"port":"true"}""")]
    [InlineData("""{ "mode": "if", "expression": "{{ input.n > 9 }}" }""", "false", """{"result":false,"port":"false"}""")]
    [InlineData("""{ "expression": true }""", "true", """{"result":true,"port":"true"}""")]
    [InlineData("""{ "mode": "switch", "value": "{{ input.n }}", "cases": [{ "port": "a", "equals": 4 }, { "port": "b", "equals": 5 }] }""", "b", """{"matched":["b"],"port":"b"}""")]
    [InlineData("""{ "mode": "switch", "value": "{{ input.n }}", "cases": [{ "port": "a", "equals": "{{ input.n }}" }] }""", "a", """{"matched":["a"],"port":"a"}""")]
    [InlineData("""{ "mode": "switch", "value": "{{ input.kind }}", "cases": [{ "port": "a", "in": ["x", "gold"] }] }""", "a", """{"matched":["a"],"port":"a"}""")]
    [InlineData("""{ "mode": "switch", "value": "{{ input.kind }}", "cases": [{ "port": "a", "matches": "^g.*d$" }] }""", "a", """{"matched":["a"],"port":"a"}""")]
    [InlineData("""{ "mode": "switch", "value": "{{ input.n }}", "cases": [{ "port": "a", "matches": "5" }] }""", "default", """{"matched":[],"port":"default"}""")]
    [InlineData("""{ "mode": "switch", "value": "{{ input.n }}", "cases": [{ "port": "low", "expression": "value < 5" }, { "port": "high", "expression": "value >= 5" }] }""", "high", """{"matched":["high"],"port":"high"}""")]
    [InlineData("""{ "mode": "switch", "cases": [{ "port": "a", "expression": "input.n == 5" }] }""", "a", """{"matched":["a"],"port":"a"}""")]
    [InlineData("""{ "mode": "switch", "value": 5, "cases": [{ "port": "a", "equals": 5.0 }, { "port": "b", "expression": "value > 1" }] }""", "a", """{"matched":["a"],"port":"a"}""")]
    [InlineData("""{ "mode": "switch", "value": 5, "first_match": false, "cases": [{ "port": "a", "equals": 5 }, { "port": "x", "equals": 6 }, { "port": "b", "expression": "value > 1" }] }""", "a b", """{"matched":["a","b"],"port":"a"}""")]
    public void Evaluate_Config_ChoosesPorts(string config, string ports, string output)
    {
        var decided = Evaluate(config);

        Assert.Null(decided.Failure);
        Assert.Equal(ports, string.Join(' ', decided.Value.Ports));
        Assert.Equal(output, decided.Value.Output.GetRawText());
    }

    [Theory]
    [InlineData("""{ "expression": "input.nope" }""", "EXPRESSION", "expression")]
    [InlineData("""{ "expression": "input.n" }""", "EXPRESSION", "expression")]
    [InlineData("""{ "expression": "input.n >" }""", "EXPRESSION", "expression")]
    [InlineData("""{ }""", "CONFIG", "expression")]
    [InlineData("""{ "mode": "switch", "value": 1, "cases": [{ "port": "a", "equals": 2 }, { "port": "b", "expression": "1 / 0 == 1" }] }""", "EXPRESSION", "cases[1].expression")]
    [InlineData("""{ "mode": "switch", "value": "x", "cases": [{ "port": "a", "matches": "(" }] }""", "EXPRESSION", "cases[0].matches")]
    [InlineData("""{ "mode": "switch", "value": "x", "cases": [{ "port": "a" }] }""", "CONFIG", "cases[0]")]
    public void Evaluate_Impossible_NamesCodeAndPlace(string config, string code, string path)
    {
        var failure = Evaluate(config).Failure!;

        Assert.Equal((code, path), (failure.Code, failure.Path));
    }

    private static Evaluated<ConditionResult> Evaluate(string json)
    {
        var config = JsonElement.Parse(json);
        var scope = new TemplateScope(JsonElement.Parse("""{ "n": 5, "kind": "gold" }"""), default, new Dictionary<string, StepOutput>());
        var resolved = ConfigTemplate.Compile(config, StepCatalog.Default.Find("condition")!.ConfigSchema).Resolve(scope);
        return ConditionProgram.Compile(config).Evaluate(resolved.Value, scope);
    }
}
