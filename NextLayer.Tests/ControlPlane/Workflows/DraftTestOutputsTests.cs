using System.Net;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Workflows;

/// <summary>Tests of a draft's step that take over what the steps before it gave in another run.</summary>
public sealed class DraftTestOutputsTests(Api api) : IClassFixture<Api>
{
    private const string Steps = """{"steps": ["a", "b", "c"]}""";

    [Fact]
    public async Task Test_WithTheOutputsOfARun_LeavesOnlyTheStepItselfToDo()
    {
        var (tenant, draftId) = await AddDraftAsync();
        var source = (await TestAsync(tenant, draftId, """{"up_to": "b"}""")).Id;
        await tenant.CompleteAsync(source);

        var made = await TestAsync(tenant, draftId, $$"""{"up_to": "c", "outputs_of": "{{source}}"}""");
        var claim = await api.PostAsync("/api/runs/claim", $$"""{"worker_id": "w1", "tenant_id": "{{tenant.Id}}", "lease_seconds": 60}""");
        var steps = claim.Json.GetProperty("steps").EnumerateArray().OrderBy(s => s.GetProperty("step_id").GetString()).ToList();
        var events = (await tenant.GetAsync($"/runs/{made.Id}/events")).Json.EnumerateArray().ToList();

        Assert.Equal((HttpStatusCode.Created, 3, 2, 3), (made.Status, made.Number("progress", "total"), made.Number("progress", "completed"), made.Number("last_event_seq")));
        Assert.Equal("""{"a":{"x":1.50},"b":[1,null]}""", made.Json.GetProperty("context").GetRawText());
        Assert.Equal(made.Id, claim.Json.GetProperty("run").GetProperty("id").GetGuid());
        Assert.Equal(
            [("a", "completed", 1, """{"x":1.50}"""), ("b", "completed", 1, "[1,null]")],
            steps.Select(s => (s.GetProperty("step_id").GetString(), s.GetProperty("status").GetString(), s.GetProperty("attempt").GetInt32(), s.GetProperty("output").GetRawText().Replace(" ", ""))));
        Assert.Equal(["run.queued", "step.completed", "step.completed", "run.started"], events.Select(e => e.GetProperty("event").GetString()));
        Assert.Equal([1, 2, 3, 4], events.Select(e => e.GetProperty("seq").GetInt32()));
        Assert.Equal(source, events[1].GetProperty("payload").GetProperty("taken_from").GetGuid());
        Assert.Equal((2, 1), ((await tenant.GetAsync($"/runs/{made.Id}")).Number("progress", "completed"), (await tenant.GetAsync($"/runs/{made.Id}")).Number("progress", "pending")));
    }

    [Fact]
    public async Task Test_WithTheOutputsOfAFailedRun_RunsWhatDidNotCompleteThere()
    {
        var (tenant, draftId) = await AddDraftAsync();
        var source = (await TestAsync(tenant, draftId, """{"up_to": "b"}""")).Id;
        await tenant.FailAsync(source);

        var made = await TestAsync(tenant, draftId, $$"""{"up_to": "c", "outputs_of": "{{source}}"}""");

        Assert.Equal((1, 2), (made.Number("progress", "completed"), made.Number("progress", "pending")));
    }

    [Fact]
    public async Task Test_Repeated_AnswersTheFirstRunAndTakesNothingTwice()
    {
        var (tenant, draftId) = await AddDraftAsync();
        var source = (await TestAsync(tenant, draftId, """{"up_to": "b"}""")).Id;
        await tenant.CompleteAsync(source);
        var wish = $$"""{"up_to": "c", "outputs_of": "{{source}}", "idempotency_key": "k"}""";

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => TestAsync(tenant, draftId, wish)));

        Assert.Single(answers.Select(answer => answer.Text).Distinct());
        Assert.Equal(2L, await api.Database.AskAsync<long>("SELECT count(*) FROM step_runs WHERE run_id = $1", answers[0].Id));
    }

    [Fact]
    public async Task Test_OutputsOfARunThatIsNoneOfThePipelines_Is400()
    {
        var (tenant, draftId) = await AddDraftAsync();
        var (stranger, strangers) = await AddDraftAsync();
        var foreign = (await TestAsync(stranger, strangers, "{}")).Id;
        var other = await tenant.AddRunAsync();

        foreach (var id in new[] { foreign, other, Guid.NewGuid() })
        {
            var answer = await TestAsync(tenant, draftId, $$"""{"up_to": "c", "outputs_of": "{{id}}"}""");
            Assert.Equal((HttpStatusCode.BadRequest, $"must be a run of the same pipeline; {id} is none."), (answer.Status, answer.Errors["outputs_of"]));
        }

        Assert.Equal([other], (await tenant.GetAsync("/runs")).Ids());
    }

    [Fact]
    public async Task Test_OutputsWithoutALastStep_Is400()
    {
        var (tenant, draftId) = await AddDraftAsync();

        var answer = await TestAsync(tenant, draftId, $$"""{"outputs_of": "{{Guid.NewGuid()}}"}""");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(["outputs_of"], answer.Errors.Keys);
    }

    private async Task<(WorkflowTenant Tenant, Guid DraftId)> AddDraftAsync()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        return (tenant, await tenant.AddDraftAsync(definition: Steps));
    }

    private static Task<Answer> TestAsync(WorkflowTenant tenant, Guid draftId, string json) =>
        tenant.PostAsync($"/workflows/{draftId}/test", json);
}
