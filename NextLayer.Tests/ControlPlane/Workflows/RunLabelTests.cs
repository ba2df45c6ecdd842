using System.Net;
using System.Text.Json;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Workflows;

/// <summary>Labels of runs: given with the run or later, shown, and found by.</summary>
public sealed class RunLabelTests(Api api) : IClassFixture<Api>
{
    private const string Given = """{"env": "prod", "team/a.b-c_d": "x=y", "note": ""}""";

    [Fact]
    public async Task EveryWayToMakeARun_TakesLabels()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var workflow = await tenant.AddPublishedAsync();
        var body = $$"""{"tenant_id": "{{tenant.Id}}", "pipeline_version_id": "{{workflow}}", "labels": {{Given}}}""";

        var made = await tenant.RunAsync(workflow, $$"""{"labels": {{Given}}}""");
        var single = await api.PostAsync("/api/runs", body);
        var batch = await api.PostAsync("/api/runs/batch", $$"""{"runs": [{{body}}, {"tenant_id": "{{tenant.Id}}", "pipeline_version_id": "{{workflow}}"}]}""");
        var rerun = await tenant.PostAsync($"/runs/{made.Id}/rerun");
        var other = await tenant.PostAsync($"/runs/{made.Id}/rerun", """{"labels": {"env": "test"}}""");

        var items = batch.Json.GetProperty("items").EnumerateArray().Select(run => run.GetProperty("id").GetGuid()).ToList();
        foreach (var id in new[] { made.Id, single.Id, items[0], rerun.Id })
            Assert.Equal(Given, Spaced(await LabelsAsync(tenant, id)));
        Assert.Null(await LabelsAsync(tenant, items[1]));
        Assert.Equal("""{"env": "test"}""", Spaced(await LabelsAsync(tenant, other.Id)));
        Assert.Equal(made.Json.GetProperty("labels").GetRawText(), (await tenant.GetAsync($"/runs/{made.Id}")).Json.GetProperty("labels").GetRawText());
        Assert.Equal([made.Id, single.Id, items[0], rerun.Id], (await FoundAsync(tenant, "env=prod")).Order());
    }

    [Fact]
    public async Task List_ByLabels_FindsRunsThatHaveThemAll()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var stranger = await WorkflowTenant.CreateAsync(api);
        var workflow = await tenant.AddPublishedAsync();
        var a = (await tenant.RunAsync(workflow, """{"labels": {"env": "prod", "team": "a"}}""")).Id;
        var b = (await tenant.RunAsync(workflow, """{"labels": {"env": "prod", "team": "b"}}""")).Id;
        var c = (await tenant.RunAsync(workflow, """{"labels": {"env": "test", "team": "a", "odd": "x=y&z"}}""")).Id;
        var d = (await tenant.RunAsync(await tenant.AddPublishedAsync("Other"), """{"labels": {"env": "prod"}}""")).Id;
        await stranger.RunAsync(await stranger.AddPublishedAsync(), """{"labels": {"env": "prod", "team": "a"}}""");
        await tenant.PostAsync($"/runs/{a}/cancel");

        Assert.Equal([d, b, a], await FoundAsync(tenant, "env=prod"));
        Assert.Equal([a], await FoundAsync(tenant, "env=prod", "team=a"));
        Assert.Equal([a], await FoundAsync(tenant, "team=a", "env=prod", "team=a"));
        Assert.Equal([c], await FoundAsync(tenant, "odd=x=y&z"));
        Assert.Equal([], await FoundAsync(tenant, "env=pro"));
        Assert.Equal([], await FoundAsync(tenant, "env=prod", "odd=x=y&z"));
        Assert.Equal([b, a], Ids(await ListAsync(tenant, $"label=env%3Dprod&pipeline_version_id={workflow}")));
        Assert.Equal([a], Ids(await ListAsync(tenant, "label=env%3Dprod&status=CANCELLED")));
        Assert.Equal([], Ids(await ListAsync(tenant, "label=env%3Dprod&worker_id=w1")));
        Assert.Equal([], Ids(await ListAsync(tenant, "label=env%3Dprod&duration_ms_min=1000")));
        Assert.Equal([d, b, a], Ids(await ListAsync(tenant, "label=env%3Dprod&trigger_type=manual")));
        Assert.Equal([], Ids(await ListAsync(tenant, "label=env%3Dprod&trigger_type=for_each")));
        Assert.Equal([a], Ids(await ListAsync(tenant, $"label=env%3Dprod&q={a}")));
        Assert.Equal([d, b, a], (await tenant.GetAsync("/runs?label=env%3Dprod")).Ids());
        var first = await ListAsync(tenant, "label=env%3Dprod&limit=2");
        Assert.Equal([d, b], Ids(first));
        Assert.Equal("3", first.Headers["X-Total-Count"]);
        Assert.Equal([a], Ids(await ListAsync(tenant, $"label=env%3Dprod&limit=2&cursor={first.Json.GetProperty("next_cursor").GetString()}")));
    }

    [Fact]
    public async Task Labels_AreReplacedAndChanged_AndFoundAsTheyAreThen()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = (await tenant.RunAsync(await tenant.AddPublishedAsync(), """{"labels": {"env": "prod", "old": "1"}}""")).Id;
        await tenant.PostAsync($"/runs/{id}/cancel"); // A run that has ended takes them too.

        var changed = await tenant.SendAsync(HttpMethod.Patch, $"/runs/{id}/labels", """{"labels": {"old": null, "env": "test", "new": "2"}}""");
        Assert.Equal("""{"env": "test", "new": "2"}""", Spaced(changed.Json.GetProperty("labels").GetRawText()));
        Assert.Empty(await FoundAsync(tenant, "env=prod"));
        Assert.Empty(await FoundAsync(tenant, "old=1"));
        Assert.Equal([id], await FoundAsync(tenant, "env=test", "new=2"));

        var replaced = await tenant.PutAsync($"/runs/{id}/labels", """{"labels": {"only": "this"}}""");
        var again = await tenant.PutAsync($"/runs/{id}/labels", """{"labels": {"only": "this"}}""");
        Assert.Equal("""{"only": "this"}""", Spaced(replaced.Json.GetProperty("labels").GetRawText()));
        Assert.Equal(replaced.Text, again.Text); // Nothing was changed by the repeat.
        Assert.Empty(await FoundAsync(tenant, "env=test"));
        Assert.Equal([id], await FoundAsync(tenant, "only=this"));

        var none = await tenant.PutAsync($"/runs/{id}/labels", """{"labels": {}}""");
        Assert.False(none.Json.TryGetProperty("labels", out _));
        Assert.Empty(await FoundAsync(tenant, "only=this"));
        var events = (await tenant.GetAsync($"/runs/{id}/events")).Json.EnumerateArray().Where(e => e.GetProperty("event").GetString() == "run.labelled").ToList();
        Assert.Equal(3, events.Count);
        Approved.Equal("RunLabelled", events[0].GetRawText());
    }

    [Fact]
    public async Task Change_ManyAtOnce_LosesNone()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddRunAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => tenant.SendAsync(HttpMethod.Patch, $"/runs/{id}/labels", $$"""{"labels": {"k{{n}}": "v"} }""")));

        Assert.Equal([id], await FoundAsync(tenant, [.. Enumerable.Range(0, 8).Select(n => $"k{n}=v")]));
    }

    [Fact]
    public async Task IdempotencyKey_WithOtherLabels_Is422()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var workflow = await tenant.AddPublishedAsync();

        var first = await tenant.RunAsync(workflow, """{"labels": {"env": "prod"}}""", ("Idempotency-Key", "k"));
        var repeat = await tenant.RunAsync(workflow, """{"labels": {"env": "prod"}}""", ("Idempotency-Key", "k"));
        var other = await tenant.RunAsync(workflow, """{"labels": {"env": "test"}}""", ("Idempotency-Key", "k"));

        Assert.Equal(first.Text, repeat.Text);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, other.Status);
        Assert.Equal([first.Id], await FoundAsync(tenant, "env=prod"));
    }

    [Theory]
    [InlineData("""{"": "v"}""")]
    [InlineData("""{"a b": "v"}""")]
    [InlineData("""{"a=b": "v"}""")]
    [InlineData("""{"ä": "v"}""")]
    [InlineData("""{"a": null}""")]
    [InlineData("""{"a": 1}""")]
    [InlineData("""["a"]""")]
    [InlineData("LONG_KEY")]
    [InlineData("LONG_VALUE")]
    [InlineData("MANY")]
    public async Task BadLabels_Are400AndMakeNothing(string labels)
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var workflow = await tenant.AddPublishedAsync();
        var id = (await tenant.RunAsync(workflow)).Id;
        labels = labels switch
        {
            "LONG_KEY" => $$"""{"{{new string('k', 64)}}": "v"}""",
            "LONG_VALUE" => $$"""{"k": "{{new string('v', 256)}}"}""",
            "MANY" => JsonSerializer.Serialize(Enumerable.Range(0, 17).ToDictionary(n => $"k{n}", _ => "v")),
            _ => labels,
        };

        var run = await tenant.RunAsync(workflow, $$"""{"labels": {{labels}}}""");
        var create = await api.PostAsync("/api/runs", $$"""{"tenant_id": "{{tenant.Id}}", "pipeline_version_id": "{{workflow}}", "labels": {{labels}}}""");
        var put = await tenant.PutAsync($"/runs/{id}/labels", $$"""{"labels": {{labels}}}""");

        Assert.Equal([HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.BadRequest], new[] { run.Status, create.Status, put.Status });
        Assert.Equal([id], (await tenant.GetAsync("/runs")).Ids());
        Assert.Null(await LabelsAsync(tenant, id));
    }

    [Theory]
    [InlineData("env")]
    [InlineData("%3Dprod")]
    [InlineData("a+b%3Dc")]
    public async Task BadLabelOfAList_Is400(string label)
    {
        var tenant = await WorkflowTenant.CreateAsync(api);

        Assert.Equal(HttpStatusCode.BadRequest, (await ListAsync(tenant, $"label={label}")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await tenant.GetAsync($"/runs?label={label}")).Status);
    }

    [Fact]
    public async Task Change_TooManyOrAnotherTenants_ChangesNothing()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var stranger = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddRunAsync();
        await tenant.PutAsync($"/runs/{id}/labels", JsonSerializer.Serialize(new { labels = Enumerable.Range(0, 16).ToDictionary(n => $"k{n}", _ => "v") }));
        var before = (await tenant.GetAsync($"/runs/{id}")).Text;

        var full = await tenant.SendAsync(HttpMethod.Patch, $"/runs/{id}/labels", """{"labels": {"one": "more"}}""");
        var foreign = await stranger.PutAsync($"/runs/{id}/labels", """{"labels": {}}""");

        Assert.Equal((HttpStatusCode.Conflict, "too_many_labels"), (full.Status, full.Problem));
        Assert.Equal(HttpStatusCode.NotFound, foreign.Status);
        Assert.Equal(before, (await tenant.GetAsync($"/runs/{id}")).Text);
    }

    private Task<Answer> ListAsync(WorkflowTenant tenant, string filter) => api.GetAsync($"/api/runs?tenant_id={tenant.Id}&{filter}");

    private async Task<List<Guid>> FoundAsync(WorkflowTenant tenant, params string[] pairs) =>
        Ids(await ListAsync(tenant, string.Join('&', pairs.Select(pair => $"label={Uri.EscapeDataString(pair)}"))));

    private static List<Guid> Ids(Answer page) => [.. page.Json.GetProperty("items").EnumerateArray().Select(run => run.GetProperty("id").GetGuid())];

    private static async Task<string?> LabelsAsync(WorkflowTenant tenant, Guid id) =>
        (await tenant.GetAsync($"/runs/{id}")).Json.TryGetProperty("labels", out var labels) ? labels.GetRawText() : null;

    private static string? Spaced(string? json) => json?.Replace("\":\"", "\": \"", StringComparison.Ordinal).Replace("\",\"", "\", \"", StringComparison.Ordinal);
}
