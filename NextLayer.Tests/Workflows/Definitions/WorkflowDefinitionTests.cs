using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using NextLayer.Workflows.Definitions;
using NextLayer.Workflows.Retries;
using NextLayer.Workflows.Validation;

namespace NextLayer.Tests.Workflows.Definitions;

public sealed class WorkflowDefinitionTests
{
    [Fact]
    public void Parse_ReactFlow_ReadsStepsEdgesAndEnvelope()
    {
        var definition = Parse("""
            {
              "nodes": [
                {
                  "id": "node-1", "type": "custom", "position": { "x": 1, "y": 2 },
                  "data": {
                    "type": "http_request", "label": "Fetch", "config": { "url": "u" }, "when": "input.x > 1", "timeout_seconds": 5,
                    "retry": { "max_attempts": 4, "backoff": "fixed", "initial_seconds": 2, "factor": 3, "max": "PT1M", "jitter": 0.5, "on": ["HTTP_STATUS"] },
                    "on_error": "branch"
                  }
                },
                { "id": "b", "type": "delay", "data": {} }
              ],
              "edges": [{ "id": "e1", "source": "node-1", "target": "b", "sourceHandle": "error" }, { "source": "node-1", "target": "b", "sourceHandle": null }],
              "viewport": { "zoom": 1 }
            }
            """);

        Assert.Empty(definition.Errors);
        Assert.Equal(2, definition.Steps.Count);
        var step = definition.Steps[0];
        Assert.Equal(("node-1", "Fetch", "http_request", "input.x > 1", 5.0, OnError.Branch),
            (step.Id, step.Label, step.Type, step.When, step.TimeoutSeconds, step.OnError));
        Assert.Equal("u", step.Config.GetProperty("url").GetString());
        Assert.Equal((4, RetryBackoff.Fixed, 2.0, 3.0, 60.0, 0.5),
            (step.Retry!.MaxAttempts, step.Retry.Backoff, step.Retry.InitialSeconds, step.Retry.Factor, step.Retry.MaxSeconds, step.Retry.Jitter));
        Assert.Equal(["HTTP_STATUS"], step.Retry.On);
        Assert.Equal(("b", "b", "delay", 60.0, null), (definition.Steps[1].Id, definition.Steps[1].Label, definition.Steps[1].Type, definition.Steps[1].TimeoutSeconds, definition.Steps[1].Retry));
        Assert.Equal([new EdgeDefinition("e1", "node-1", "b", "error", "edges[0]"), new EdgeDefinition(null, "node-1", "b", null, "edges[1]")], definition.Edges);
    }

    [Fact]
    public void Parse_ShortFormOfNames_MakesASequenceOfNoops()
    {
        var definition = Parse("""{ "steps": ["step1", "step2", "step3"] }""");

        Assert.Empty(definition.Errors);
        Assert.All(definition.Steps, s => Assert.Equal("noop", s.Type));
        Assert.Equal([("step1", "step2"), ("step2", "step3")], definition.Edges.Select(e => (e.Source, e.Target)));
    }

    [Fact]
    public void Parse_ShortFormOfObjects_TakesNeedsPortsAndEnvelope()
    {
        var definition = Parse("""
            {
              "steps": [
                { "id": "check", "type": "condition", "config": { "expression": "true" } },
                { "id": "yes", "needs": ["check:true"], "timeout": "PT1M30S", "name": "Go on" },
                { "id": "no", "needs": "check:false", "on_error": "continue", "when": true },
                { "id": "root", "needs": [] }
              ]
            }
            """);

        Assert.Empty(definition.Errors);
        Assert.Equal([("check", "yes", "true"), ("check", "no", "false")], definition.Edges.Select(e => (e.Source, e.Target, e.SourceHandle)));
        Assert.Equal((90.0, "Go on"), (definition.Steps[1].TimeoutSeconds, definition.Steps[1].Label));
        Assert.Equal((OnError.Continue, "true"), (definition.Steps[2].OnError, definition.Steps[2].When));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{ "nodes": [], "edges": [] }""")]
    [InlineData("""{ "steps": [] }""")]
    [InlineData("""{ "nodes": null, "edges": null, "anything": 1 }""")]
    public void Parse_NothingToDo_IsEmptyAndValid(string json)
    {
        var definition = Parse(json);

        Assert.Empty(definition.Steps);
        Assert.Empty(DefinitionValidator.Validate(definition));
    }

    [Theory]
    [InlineData("[]", "not_an_object", "")]
    [InlineData("null", "not_an_object", "")]
    [InlineData("\"x\"", "not_an_object", "")]
    [InlineData("""{ "nodes": {} }""", "malformed_nodes", "nodes")]
    [InlineData("""{ "steps": "a" }""", "malformed_steps", "steps")]
    [InlineData("""{ "edges": 1 }""", "malformed_edges", "edges")]
    [InlineData("""{ "nodes": [1] }""", "malformed_entry", "nodes[0]")]
    [InlineData("""{ "nodes": [{ "type": "noop" }] }""", "missing_id", "nodes[0]")]
    [InlineData("""{ "nodes": [{ "id": 7, "type": "noop" }] }""", "missing_id", "nodes[0]")]
    [InlineData("""{ "nodes": [{ "id": "a" }] }""", "missing_type", "nodes[0]")]
    [InlineData("""{ "nodes": [{ "id": "a", "type": 1 }] }""", "malformed_type", "nodes[0].type")]
    [InlineData("""{ "nodes": [{ "id": "a", "type": "noop", "data": { "label": {} } }] }""", "malformed_label", "nodes[0].data.label")]
    [InlineData("""{ "nodes": [{ "id": "a", "type": "noop", "data": { "config": [] } }] }""", "config_not_an_object", "nodes[0].data.config")]
    [InlineData("""{ "steps": [null] }""", "malformed_entry", "steps[0]")]
    [InlineData("""{ "steps": [{ "id": "a", "needs": [1] }] }""", "malformed_needs", "steps[0].needs[0]")]
    [InlineData("""{ "steps": ["a"], "nodes": [{ "id": "b", "type": "noop" }] }""", "two_forms", "steps")]
    [InlineData("""{ "edges": [{ "source": "a" }] }""", "malformed_edge", "edges[0]")]
    [InlineData("""{ "edges": [[]] }""", "malformed_entry", "edges[0]")]
    [InlineData("""{ "steps": ["\ud800"] }""", "malformed_text", "")]
    [InlineData("""{ "steps": [{ "id": "a", "timeout_seconds": 0 }] }""", "invalid_envelope", "steps[0].timeout_seconds")]
    [InlineData("""{ "steps": [{ "id": "a", "timeout_seconds": -1 }] }""", "invalid_envelope", "steps[0].timeout_seconds")]
    [InlineData("""{ "steps": [{ "id": "a", "timeout": "1 hour" }] }""", "invalid_envelope", "steps[0].timeout_seconds")]
    [InlineData("""{ "steps": [{ "id": "a", "on_error": "ignore" }] }""", "invalid_envelope", "steps[0].on_error")]
    [InlineData("""{ "steps": [{ "id": "a", "when": 1 }] }""", "invalid_envelope", "steps[0].when")]
    [InlineData("""{ "steps": [{ "id": "a", "retry": 3 }] }""", "invalid_envelope", "steps[0].retry")]
    [InlineData("""{ "steps": [{ "id": "a", "retry": { "max_attempts": 21 } }] }""", "invalid_envelope", "steps[0].retry.max_attempts")]
    [InlineData("""{ "steps": [{ "id": "a", "retry": { "max_attempts": 1.5 } }] }""", "invalid_envelope", "steps[0].retry.max_attempts")]
    [InlineData("""{ "steps": [{ "id": "a", "retry": { "backoff": "linear" } }] }""", "invalid_envelope", "steps[0].retry.backoff")]
    [InlineData("""{ "steps": [{ "id": "a", "retry": { "initial": "soon" } }] }""", "invalid_envelope", "steps[0].retry.initial_seconds")]
    [InlineData("""{ "steps": [{ "id": "a", "retry": { "jitter": 2 } }] }""", "invalid_envelope", "steps[0].retry.jitter")]
    [InlineData("""{ "steps": [{ "id": "a", "retry": { "on": [1] } }] }""", "invalid_envelope", "steps[0].retry.on")]
    public void Parse_Malformed_ReportsWhere(string json, string code, string path)
    {
        var errors = Parse(json).Errors;

        Assert.Equal((code, path), (errors[0].Code, errors[0].Path));
    }

    [Fact]
    public void Parse_TenThousandSteps_IsRefusedUnread()
    {
        var steps = string.Join(',', Enumerable.Range(0, 10_000).Select(i => $"\"s{i}\""));

        var definition = Parse($$"""{ "steps": [{{steps}}] }""");

        Assert.Empty(definition.Steps);
        Assert.Equal("too_many_steps", Assert.Single(DefinitionValidator.Validate(definition)).Code);
    }

    [Fact]
    public void Parse_NestedBeyondTheLimit_IsRefusedWithoutOverflowingTheStack()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 20_000)) + string.Concat(Enumerable.Repeat("]", 20_000));
        using var document = JsonDocument.Parse($$"""{ "steps": [{ "id": "a", "config": { "x": {{deep}} } }] }""", new JsonDocumentOptions { MaxDepth = 30_000 });

        Assert.Equal("too_deep", Assert.Single(DefinitionValidator.Validate(document.RootElement)).Code);
    }

    [Fact]
    public void Validate_AnyJson_NeverThrows()
    {
        var scalars = Gen.Elements("null", "1", "-0.5", "true", "\"\"", "\"a\"", "\"b\"", "\"noop\"", "\"condition\"", "\"{{ a.b }}\"", "\"{{\"", "\"\\ud800\"");
        var keys = Gen.Elements("nodes", "edges", "steps", "id", "type", "data", "config", "source", "target", "sourceHandle", "needs", "when", "retry", "expression", "\\ud800");
        var json = Gen.Sized(size => Json(scalars, keys, Math.Min(size, 5)));

        Prop.ForAll(Arb.From(json), text => { DefinitionValidator.Validate(JsonElement.Parse(text)); })
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Theory]
    [InlineData("PT30S", 30)]
    [InlineData("PT1.5S", 1.5)]
    [InlineData("PT2M", 120)]
    [InlineData("PT1H1M1S", 3661)]
    [InlineData("P1D", 86400)]
    [InlineData("P1W", 604800)]
    [InlineData("P1DT12H", 129600)]
    public void TryParse_IsoDuration_GivesSeconds(string text, double seconds)
    {
        Assert.True(IsoDuration.TryParse(text, out var duration));
        Assert.Equal(seconds, duration.TotalSeconds);
    }

    [Theory]
    [InlineData("P")]
    [InlineData("PT")]
    [InlineData("P1DT")]
    [InlineData("1H")]
    [InlineData("P1Y")]
    [InlineData("P1M")]
    [InlineData("-PT1S")]
    [InlineData("PT1S\n")]
    [InlineData("")]
    public void TryParse_OtherText_IsRefused(string text) => Assert.False(IsoDuration.TryParse(text, out _));

    private static Gen<string> Json(Gen<string> scalars, Gen<string> keys, int depth)
    {
        if (depth == 0)
            return scalars;
        var inner = Json(scalars, keys, depth - 1);
        var lists = Gen.Select(Gen.ArrayOf(inner, 3), items => $"[{string.Join(',', items)}]");
        var property = Gen.SelectMany(keys, k => Gen.Select(inner, v => $"\"{k}\":{v}"));
        var objects = Gen.Select(Gen.ArrayOf(property, 4), properties => $"{{{string.Join(',', properties)}}}");
        return Gen.OneOf(scalars, lists, objects, objects);
    }

    private static WorkflowDefinition Parse(string json) => WorkflowDefinition.Parse(JsonElement.Parse(json));
}
