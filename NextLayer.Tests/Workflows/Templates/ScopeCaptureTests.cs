using System.Text.Json;
using NextLayer.Workflows.Definitions;
using NextLayer.Workflows.Templates;

namespace NextLayer.Tests.Workflows.Templates;

/// <summary>Writing down what an expression or a body will read.</summary>
public sealed class ScopeCaptureTests
{
    private static readonly TemplateScope Scope = new(
        JsonElement.Parse("""{"order": {"id": "o1", "sum": 5, "lines": [{"sku": "a"}, {"sku": "b"}]}, "big": "not wanted"}"""),
        JsonElement.Parse("""{"id": "r1"}"""),
        new Dictionary<string, StepOutput>
        {
            ["fetch"] = new("completed", JsonElement.Parse("""{"body": {"n": 7, "other": 1}}""")),
            ["skipped"] = new("skipped", null),
        },
        _ => "a secret");

    [Theory]
    [InlineData("payload.id == input.order.id", """{"input":{"order":{"id":"o1"}}}""")]
    [InlineData("fetch.body.n > 1", """{"steps":{"fetch":{"output":{"body":{"n":7}},"status":"completed"}}}""")]
    [InlineData("steps.fetch.output.body.n > 1", """{"steps":{"fetch":{"output":{"body":{"n":7}},"status":"completed"}}}""")]
    [InlineData("steps.skipped.status == 'skipped'", """{"steps":{"skipped":{"status":"skipped"}}}""")]
    [InlineData("input.order.lines[1].sku == 'b'", """{"input":{"order":{"lines":[{"sku":"a"},{"sku":"b"}]}}}""")]
    [InlineData("input.missing == 1 || run.id == 'r1'", """{"input":{},"run":{"id":"r1"}}""")]
    [InlineData("input.order.lines.all(l, l.sku != payload)", """{"input":{"order":{"lines":[{"sku":"a"},{"sku":"b"}]}}}""")]
    [InlineData("secrets.token == payload", "{}")]
    [InlineData("payload > 1", "{}")]
    public void Expression_KeepsThePathsItNames(string expression, string captured) =>
        Assert.Equal(captured, ScopeCapture.OfExpression(expression, Scope, "payload", "event").GetRawText());

    [Theory]
    [InlineData("input.order.sum + fetch.body.n", "12")]
    [InlineData("steps.skipped.status", "\"skipped\"")]
    [InlineData("input.order.lines[1].sku", "\"b\"")]
    [InlineData("steps['fetch'].output.body.n", "7")]
    public void Restored_ScopeGivesTheSameAnswer(string expression, string answer)
    {
        var restored = ScopeCapture.Restore(ScopeCapture.OfExpression(expression, Scope));

        Assert.Equal(answer, ScopeCapture.CompileExpression(expression).Evaluate(restored).GetRawText());
    }

    [Fact]
    public void Body_KeepsWhatItsOwnStepsDoNotGive()
    {
        var body = WorkflowDefinition.Parse(JsonElement.Parse("""
            {"steps": [
              {"id": "own", "type": "transform", "when": "input.order.sum > 1", "config": {"mode": "object", "output": "{{ item.x }} {{ fetch.body.n }}"}},
              {"id": "fetch2", "type": "transform", "config": {"mode": "object", "output": "{{ own.result }}"}},
              {"id": "inner", "type": "for_each", "config": {"items": "{{ own.result }}", "body":
                {"steps": [{"id": "deep", "type": "inline_code", "config": {"language": "expression", "code": "item + input.order.id + own.result"}}]}}}]}
            """));

        var captured = ScopeCapture.OfBody(body, JsonElement.Parse("\"{{ result.x }} {{ item }}\""), Scope);

        var expected = JsonElement.Parse("""{"input": {"order": {"sum": 5, "id": "o1"}}, "steps": {"fetch": {"output": {"body": {"n": 7}}, "status": "completed"}}}""");
        Assert.True(JsonElement.DeepEquals(expected, captured), captured.GetRawText());
    }
}
