using System.Diagnostics;
using System.Text.Json;
using NextLayer.Workflows.Catalog;
using NextLayer.Workflows.Definitions;
using NextLayer.Workflows.Validation;

namespace NextLayer.Tests.Workflows.Validation;

public sealed class DefinitionValidatorTests
{
    [Fact]
    public void Validate_ManyMistakes_ReportsAllAtOnce()
    {
        var errors = Validate("""
            {
              "nodes": [
                { "id": "a", "type": "noop" },
                { "id": "a", "type": "noop" },
                { "id": "1x", "type": "noop" },
                { "id": "odd", "type": "teleport" },
                { "id": "call", "type": "http_request", "data": { "config": { "method": "FETCH" } } },
                { "id": "gate", "type": "condition", "data": { "config": { "expression": "input.x >" } } },
                { "id": "alone", "type": "noop" }
              ],
              "edges": [
                { "source": "a", "target": "nowhere" }, { "source": "ghost", "target": "a" }, { "source": "a", "target": "a" },
                { "source": "a", "target": "call" }, { "source": "a", "target": "call" }, { "source": "call", "target": "gate", "sourceHandle": "sideways" },
                { "source": "gate", "target": "odd", "sourceHandle": "true" }, { "source": "odd", "target": "1x" }
              ]
            }
            """);

        Assert.Equal(
            [
                "duplicate_edge/a", "duplicate_id/a", "invalid_config/call", "invalid_config/call", "invalid_expression/gate", "malformed_id/1x",
                "missing_branch/gate", "orphan/alone", "self_loop/a", "unknown_port/call", "unknown_source/a", "unknown_step_type/odd", "unknown_target/a",
            ],
            errors.Select(e => $"{e.Code}/{e.NodeId}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Validate_Cycles_NamesTheStepsOfEach()
    {
        var errors = Validate("""
            {
              "steps": [
                { "id": "a", "needs": ["c"] }, { "id": "b", "needs": ["a"] }, { "id": "c", "needs": ["b"] },
                { "id": "d", "needs": ["c"] }, { "id": "e", "needs": ["d", "f"] }, { "id": "f", "needs": ["e"] }
              ]
            }
            """);

        Assert.Equal(
            ["Steps wait for each other in a circle: a → b → c → a.", "Steps wait for each other in a circle: e → f → e."],
            errors.Where(e => e.Code == "cycle").Select(e => e.Message));
        Assert.Equal(2, errors.Count);
    }

    [Theory]
    // Templates
    [InlineData("send", """{ "url": "{{ fetch.body.url }}" }""", null)]
    [InlineData("send", """{ "url": "{{ steps.fetch.output.body }}" }""", null)]
    [InlineData("send", """{ "url": "{{ steps['fetch'].output.body }}" }""", null)]
    [InlineData("send", """{ "url": "{{ input.a }}/{{ run.id }}/{{ secrets.k }}" }""", null)]
    [InlineData("send", """{ "url": "{{ [1].map(fetch2, fetch2) }}" }""", null)]
    [InlineData("send", """{ "url": "{{ later.x }}" }""", "reference_not_upstream")]
    [InlineData("send", """{ "url": "{{ send.x }}" }""", "reference_not_upstream")]
    [InlineData("send", """{ "url": "{{ steps.later.output }}" }""", "reference_not_upstream")]
    [InlineData("send", """{ "url": "{{ other.x }}" }""", "unknown_reference")]
    [InlineData("send", """{ "url": "{{ steps.other.output }}" }""", "unknown_reference")]
    [InlineData("send", """{ "url": "{{ item.x }}" }""", "unknown_reference")]
    [InlineData("send", """{ "url": "{{ [1].map(x, x + other.y) }}" }""", "unknown_reference")]
    [InlineData("send", """{ "url": "{{ input[other.y] }}" }""", "unknown_reference")]
    [InlineData("send", """{ "url": "{{ has(other.y) }}" }""", "unknown_reference")]
    [InlineData("send", """{ "url": "{{ type(input.a) == string }}" }""", null)]
    [InlineData("send", """{ "url": "{{ }}" }""", "invalid_template")]
    [InlineData("send", """{ "url": "{{ input.a" }""", "invalid_template")]
    [InlineData("send", """{ "url": "x", "payload": { "deep": ["{{ 1 + }}"] } }""", "invalid_template")]
    // Schema
    [InlineData("send", """{ }""", "invalid_config")]
    [InlineData("send", """{ "url": null }""", "invalid_config")]
    [InlineData("send", """{ "url": 7 }""", "invalid_config")]
    [InlineData("send", """{ "url": "" }""", "invalid_config")]
    [InlineData("send", """{ "url": "x", "headers": "none" }""", "invalid_config")]
    [InlineData("send", """{ "url": "x", "headers": "{{ input.headers }}" }""", null)]
    [InlineData("send", """{ "url": "x", "headers": { "a": [] } }""", "invalid_config")]
    [InlineData("send", """{ "url": "x", "unheard_of": true }""", null)]
    public void Validate_ConfigOfAWebhook_FindsTheMistake(string id, string config, string? code)
    {
        var errors = Validate($$"""
            { "steps": ["fetch", { "id": "{{id}}", "type": "webhook", "config": {{config}} }, "later"] }
            """);

        Assert.Equal(code is null ? [] : [(code, id)], errors.Select(e => (e.Code, e.NodeId)));
    }

    [Theory]
    [InlineData("http_request", """{ "method": "GET", "url": "u", "auth": "basic" }""", "auth_config")]
    [InlineData("http_request", """{ "method": "GET", "url": "u", "success_codes": "2xx" }""", "success_codes")]
    [InlineData("http_request", """{ "method": "GET", "url": "u", "paginate": { "max_pages": 0 } }""", "paginate.max_pages")]
    [InlineData("http_request", """{ "method": "GET", "url": "u", "paginate": { "max_pages": 1.5 } }""", "paginate.max_pages")]
    [InlineData("send_email", """{ "to": [], "subject": "s", "text": "t" }""", "to")]
    [InlineData("send_email", """{ "to": ["a@b.c"], "subject": "s" }""", "")]
    [InlineData("llm_call", """{ "provider": "fake", "prompt": "p", "mode": "classify" }""", "categories")]
    [InlineData("llm_call", """{ "provider": "anthropic", "prompt": "p" }""", "model")]
    [InlineData("database_query", """{ "connector": "c", "sql": "SELECT {{ input.x }}" }""", "sql")]
    [InlineData("inline_code", """{ "language": "expression", "code": "1 +" }""", "code")]
    [InlineData("delay", """{ }""", "")]
    [InlineData("delay", """{ "duration": "PT1S", "until": "2026-01-01T00:00:00Z" }""", "")]
    [InlineData("wait_for_event", """{ "event": "e", "match": "payload." }""", "match")]
    [InlineData("wait_for_event", """{ "event": "e", "match": "paylode.x" }""", "match")]
    [InlineData("wait_for_approval", """{ "on_deadline": "escalate" }""", "escalate_to")]
    [InlineData("for_each", """{ "items": 7, "workflow_id": "w" }""", "items")]
    [InlineData("for_each", """{ "items": "{{ input.x }}", "workflow_id": "w", "body": {} }""", "")]
    [InlineData("for_each", """{ "items": "{{ input.x }}", "workflow_id": "w", "concurrency": 51 }""", "concurrency")]
    [InlineData("transform", """{ "mode": "map", "source": [] }""", "output")]
    [InlineData("transform", """{ "mode": "map", "source": [], "output": "{{ itme.x }}" }""", "output")]
    [InlineData("transform", """{ "mode": "filter", "source": [], "where": "item." }""", "where")]
    [InlineData("transform", """{ "mode": "sort", "source": [], "by": [{ "expression": "nope.x" }] }""", "by[0].expression")]
    public void Validate_ConfigOfAnyType_NamesThePath(string type, string config, string path)
    {
        var error = Assert.Single(Validate($$"""{ "steps": [{ "id": "a", "type": "{{type}}", "config": {{config}} }] }"""));

        Assert.Equal(path.Length == 0 ? "steps[0].config" : $"steps[0].config.{path}", error.Path);
    }

    [Fact]
    public void Validate_ExampleOfEveryType_IsValid()
    {
        foreach (var type in StepCatalog.Default.Listed.Where(t => t.Type != "condition"))
            Assert.Empty(Validate($$"""{ "steps": [{ "id": "a", "type": "{{type.Type}}", "config": {{type.Example}} }] }"""));
    }

    [Theory]
    [InlineData("if", """{ "expression": "true" }""", "yes:true no:false", 0)]
    [InlineData("if", """{ "expression": "true" }""", "yes:true no", 1)]
    [InlineData("if", """{ "expression": "true" }""", "yes no", 2)]
    [InlineData("if", """{ "expression": "{{ input.x > 1 }}" }""", "yes:true no:false", 0)]
    [InlineData("if", """{ "expression": true }""", "yes:true no:false", 0)]
    [InlineData("if", """{ "expression": "a {{ input.x }}" }""", "yes:true no:false", 1)]
    [InlineData("switch", """{ "mode": "switch", "value": "{{ input.x }}", "cases": [{ "port": "a", "equals": 1 }, { "port": "b", "expression": "value > 3" }] }""", "yes:a no:b", 0)]
    [InlineData("switch", """{ "mode": "switch", "value": 1, "cases": [{ "port": "a", "equals": 1 }] }""", "yes:a no:default", 0)]
    [InlineData("switch", """{ "mode": "switch", "value": 1, "cases": [{ "port": "a", "equals": 1 }] }""", "yes:b no:default", 2)]
    [InlineData("switch", """{ "mode": "switch", "value": 1, "cases": [{ "port": "a" }] }""", "yes:a no:default", 1)]
    [InlineData("switch", """{ "mode": "switch", "value": 1, "cases": [{ "port": "error", "in": [1] }] }""", "yes:error no:default", 1)]
    public void Validate_Condition_NeedsItsBranches(string name, string config, string needs, int count)
    {
        _ = name;
        var steps = needs.Split(' ').Select(n => n.Split(':')).Select(n =>
            $$"""{ "id": "{{n[0]}}", "needs": ["gate{{(n.Length == 2 ? ":" + n[1] : "")}}"] }""");

        var errors = Validate($$"""{ "steps": [{ "id": "gate", "type": "condition", "config": {{config}} }, {{string.Join(',', steps)}}] }""");

        Assert.Equal(count, errors.Count);
    }

    [Fact]
    public void Validate_BranchOnError_NeedsAnErrorEdge()
    {
        var without = Validate("""{ "steps": [{ "id": "a", "type": "noop", "on_error": "branch" }, "b"] }""");
        var with = Validate("""{ "steps": [{ "id": "a", "type": "noop", "on_error": "branch" }, { "id": "b", "needs": ["a:error"] }] }""");

        Assert.Equal(("missing_branch", "a"), (Assert.Single(without).Code, without[0].NodeId));
        Assert.Empty(with);
    }

    [Fact]
    public void Validate_ForEachBody_SeesItemOuterStepsAndItsOwn()
    {
        var errors = Validate("""
            {
              "steps": [
                "fetch",
                {
                  "id": "each", "type": "for_each",
                  "config": {
                    "items": "{{ fetch.rows }}",
                    "body": {
                      "steps": [
                        { "id": "inner", "type": "webhook", "config": { "url": "{{ item.url }}/{{ index }}/{{ fetch.base }}" } },
                        { "id": "inner2", "type": "webhook", "config": { "url": "{{ inner.x }}{{ later.y }}" } }
                      ]
                    },
                    "output": { "id": "{{ item.id }}", "status": "{{ inner.status_code }}", "all": "{{ result }}" }
                  }
                },
                "later"
              ]
            }
            """);

        var error = Assert.Single(errors);
        Assert.Equal(("unknown_reference", "each", "steps[1].config.body.steps[1].config.url"), (error.Code, error.NodeId, error.Path));
    }

    [Fact]
    public void Validate_BodiesInBodies_StopAtTheirLimit()
    {
        var body = """{ "steps": ["a"] }""";
        for (var i = 0; i < 7; i++)
            body = $$"""{ "steps": [{ "id": "each", "type": "for_each", "config": { "items": [1], "body": {{body}} } }] }""";

        Assert.Equal("too_deep", Assert.Single(Validate(body)).Code);
    }

    [Fact]
    public void Validate_LargestChainWithTemplates_IsQuickAndNeedsNoStack()
    {
        var steps = Enumerable.Range(0, WorkflowDefinition.MaxSteps).Select(i =>
            $$"""{ "id": "s{{i}}", "type": "webhook", "config": { "url": "{{(i == 0 ? "x" : $"{{{{ s{i - 1}.url }}}}{{{{ s0.url }}}}")}}" } }""");
        var definition = WorkflowDefinition.Parse(JsonElement.Parse($$"""{ "steps": [{{string.Join(',', steps)}}] }"""));
        var clock = Stopwatch.StartNew();

        var errors = DefinitionValidator.Validate(definition);

        Assert.Empty(errors);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"Took {clock.Elapsed}.");
    }

    [Fact]
    public void Validate_MoreErrorsThanAnybodyReads_TellsAThousandAndThatThereAreOthers()
    {
        var broken = string.Join(",", Enumerable.Repeat("\"{{ nobody }}\"", 3_000));

        var errors = Validate($$"""{ "steps": [{ "id": "a", "type": "webhook", "config": { "url": "x", "payload": [{{broken}}] } }] }""");

        Assert.Equal(WorkflowDefinition.MaxErrors + 1, errors.Count);
        Assert.Equal("too_many_errors", errors[^1].Code);
        Assert.All(errors.SkipLast(1), error => Assert.Equal("unknown_reference", error.Code));
    }

    [Fact]
    public void Validate_ExactlyAsManyErrorsAsAreTold_TellsNoOthers()
    {
        var broken = string.Join(",", Enumerable.Repeat("\"{{ nobody }}\"", WorkflowDefinition.MaxErrors));

        var errors = Validate($$"""{ "steps": [{ "id": "a", "type": "webhook", "config": { "url": "x", "payload": [{{broken}}] } }] }""");

        Assert.Equal(WorkflowDefinition.MaxErrors, errors.Count);
        Assert.DoesNotContain(errors, error => error.Code == "too_many_errors");
    }

    private static IReadOnlyList<DefinitionError> Validate(string json) => DefinitionValidator.Validate(JsonElement.Parse(json));
}
