using System.Net;
using System.Text.Json;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Workflows;

/// <summary>Definitions made to hurt: each gets a clear refusal, of a bearable size, and changes nothing.</summary>
public sealed class HostileDefinitionTests(Api api) : IClassFixture<Api>
{
    /// <summary>What an honest editor can show; a bomb's own size is a megabyte.</summary>
    private const int MostAnswered = 4 * 1024 * 1024;

    private static readonly Dictionary<string, (Func<string> Definition, string Code)> Bombs = new()
    {
        ["cycle"] = (() => """{"nodes": [{"id": "a", "type": "noop"}, {"id": "b", "type": "noop"}], "edges": [{"source": "a", "target": "b"}, {"source": "b", "target": "a"}]}""", "cycle"),
        ["ten thousand nodes"] = (() => $$$"""{"nodes": [{{{Many(10_000, i => $$"""{"id": "n{{i}}", "type": "noop"}""")}}}], "edges": []}""", "too_many_steps"),
        ["unknown type"] = (() => """{"steps": [{"id": "a", "type": "teleport"}]}""", "unknown_step_type"),
        ["deep expression"] = (() => Webhook($$$""" "url": "{{ {{{new string('(', 400_000)}}} }}" """), "invalid_template"),
        ["long chain of operators"] = (() => Webhook($$$""" "url": "{{ 1{{{Repeat(" + 1", 200_000, "")}}} }}" """), "invalid_template"),
        ["thousands of templates"] = (() => Webhook($$$""" "url": "{{{Repeat("{{ nobody }}", 70_000, "")}}}" """), "unknown_reference"),
        ["thousands of broken templates"] = (() => Webhook($$$""" "url": "x", "payload": [{{{Repeat("\"{{ ( }}\"", 80_000)}}}] """), "invalid_template"),
        ["long id with many errors"] = (() => Webhook($$$""" "url": "x", "payload": [{{{Repeat("\"{{ nobody }}\"", 30_000)}}}] """, new string('x', 400_000)), "malformed_id"),
        ["long key over many texts"] = (() => Webhook($$$""" "url": "x", "payload": {"{{{new string('k', 400_000)}}}": [{{{Repeat("\"{{ input.x }}\"", 30_000)}}}, "{{ nobody }}"]} """), "unknown_reference"),
        ["long key over many mistakes"] = (() => Webhook($$$""" "url": 1, "headers": {"{{{new string('k', 300_000)}}}": 1, {{{Many(40_000, i => $"\"h{i}\": 1")}}} } """), "invalid_config"),
        ["many ports and many edges to none"] = (() => $$$"""
            {"nodes": [{"id": "a", "type": "condition", "data": {"config": {"mode": "switch", "value": "x",
                "cases": [{{{Many(8_000, i => $$"""{"port": "port{{i}}", "equals": {{i}} }""")}}}] } } }, {"id": "b", "type": "noop"}],
             "edges": [{{{Many(4_900, i => $$"""{"source": "a", "target": "b", "sourceHandle": "none{{i}}"}""")}}}]}
            """, "unknown_port"),
        ["many needs"] = (() => $$$"""{"steps": [{"id": "a", "needs": [{{{Many(100_000, i => $"\"n{i}\"")}}}]}]}""", "unknown_source"),
        ["nested bodies"] = (() => Bodies(12), "too_deep"),
    };

    public static TheoryData<string> Names => [.. Bombs.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Validate_Bomb_IsInvalidAndItsAnswerIsSmall(string name)
    {
        var (definition, code) = Bombs[name];

        var answer = await api.PostAsync("/api/v1/workflows/validate", $$"""{"definition": {{definition()}}}""");

        Assert.True(answer.Status == HttpStatusCode.OK, $"{name}: {answer.Status}");
        Assert.False(answer.Json.GetProperty("valid").GetBoolean());
        Assert.Contains(code, answer.Json.GetProperty("problems").EnumerateArray().Select(problem => problem.GetProperty("code").GetString()));
        Assert.True(answer.Text.Length < MostAnswered, $"{name}: {answer.Text.Length:N0} characters");
    }

    [Fact]
    public async Task Publish_Bomb_IsRefusedAndItsAnswerIsSmall()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddDraftAsync(definition: Webhook($$$""" "url": "x", "payload": [{{{Repeat("\"{{ ( }}\"", 80_000)}}}] """));

        var answer = await tenant.PostAsync($"/workflows/{id}/publish");

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_definition"), (answer.Status, answer.Problem));
        Assert.True(answer.Text.Length < MostAnswered, $"{answer.Text.Length:N0} characters");
    }

    [Theory]
    [InlineData("\\u0000")]
    [InlineData("\\ud800")]
    public async Task Create_TextThatCannotBeStored_Is400(string text)
    {
        var answer = await api.PostAsync("/api/v1/workflows", $$$"""{"name": "x", "definition": {"steps": ["a{{{text}}}"]}}""");

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_json"), (answer.Status, answer.Problem));
    }

    [Fact]
    public async Task Create_DeepestThatIsLetIn_CanBeShownListedAndRun()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var deepest = Nested(63); // With the body round it 64, which is the limit.

        var made = await tenant.PostAsync("/workflows", $$"""{"name": "Deep", "definition": {{deepest}}}""");
        var tooDeep = await tenant.PostAsync("/workflows", $$"""{"name": "Deep", "definition": {{Nested(64)}}}""");
        var shown = await tenant.GetAsync($"/workflows/{made.Id}");
        var list = await tenant.GetAsync("/workflows");
        var versions = await api.GetAsync($"/api/pipeline-versions?tenant_id={tenant.Id}");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK), (made.Status, shown.Status, list.Status, versions.Status));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_json"), (tooDeep.Status, tooDeep.Problem));
        Assert.Equal(HttpStatusCode.OK, (await tenant.PostAsync($"/workflows/{made.Id}/validate")).Status);
    }

    [Fact]
    public async Task Run_DeepestInput_CanBeShownAndListed()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var workflowId = await tenant.AddPublishedAsync();

        var made = await tenant.RunAsync(workflowId, $$"""{"input": {{Nested(63)}}}""", ("Idempotency-Key", "deep"));
        var again = await tenant.RunAsync(workflowId, $$"""{"input": {{Nested(63)}}}""", ("Idempotency-Key", "deep"));

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (made.Status, again.Status));
        Assert.Equal(HttpStatusCode.OK, (await tenant.GetAsync($"/runs/{made.Id}")).Status);
        Assert.Equal(HttpStatusCode.OK, (await tenant.GetAsync("/runs")).Status);
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync($"/api/runs/{made.Id}")).Status);
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync($"/api/runs?tenant_id={tenant.Id}")).Status);
        Assert.Equal(HttpStatusCode.Created, (await tenant.PostAsync($"/runs/{made.Id}/rerun")).Status);
        await tenant.ClaimAsync();
    }

    [Fact]
    public async Task InputSchema_LongNamesOverManyParts_IsRefusedOrKeptButNeverMultiplied()
    {
        var schema = $$$"""{"type": "object", "properties": {"{{{new string('k', 300_000)}}}": {"properties": { {{{Many(30_000, i => $"\"p{i}\": true")}}} } } } }""";

        var answer = await api.PostAsync("/api/v1/workflows/validate", $$"""{"definition": {}, "input_schema": {{schema}}}""");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.True(answer.Text.Length < MostAnswered);
    }

    [Fact]
    public async Task Body_LongerThanTheLimit_Is413()
    {
        var answer = await api.PostAsync("/api/v1/workflows", JsonSerializer.Serialize(new { name = "x", description = new string('x', 1_100_000) }));

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "body_too_large"), (answer.Status, answer.Problem));
    }

    [Theory]
    [InlineData(1_000_000, HttpStatusCode.Created)] // Of a file, as Base64.
    [InlineData(1_600_000, HttpStatusCode.RequestEntityTooLarge)]
    public async Task Input_HasRoomForAFileOf1Mb(int bytes, HttpStatusCode expected)
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var workflowId = await tenant.AddPublishedAsync();

        var answer = await tenant.PostAsync($"/workflows/{workflowId}/run", JsonSerializer.Serialize(new { input = new { file = Convert.ToBase64String(new byte[bytes]) } }));

        Assert.Equal(expected, answer.Status);
    }

    private static string Webhook(string config, string id = "a") => $$$"""{"steps": [{"id": "{{{id}}}", "type": "webhook", "config": { {{{config}}} }}]}""";

    private static string Bodies(int depth) => depth == 0
        ? """{"steps": ["x"]}"""
        : $$$"""{"steps": [{"id": "each", "type": "for_each", "config": {"items": [], "body": {{{Bodies(depth - 1)}}}}}]}""";

    private static string Nested(int levels) => string.Concat(Enumerable.Repeat("""{"a":""", levels - 1)) + "{}" + new string('}', levels - 1);

    private static string Repeat(string item, int count, string between = ",") => string.Join(between, Enumerable.Repeat(item, count));

    private static string Many(int count, Func<int, string> item) => string.Join(",", Enumerable.Range(0, count).Select(item));
}
