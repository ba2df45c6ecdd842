using System.Net;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Workflows;

/// <summary>Two people at the same workflow at the same moment.</summary>
public sealed class WorkflowRaceTests(Api api) : IClassFixture<Api>
{
    private const int Rounds = 12;

    [Fact]
    public async Task PublishAndPut_AtOnce_NeverPublishWhatWasNotValidated()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        await Task.WhenAll(Enumerable.Range(0, Rounds).Select(async round =>
        {
            var id = await tenant.AddDraftAsync($"Round {round}");

            var answers = await Task.WhenAll(
                tenant.PostAsync($"/workflows/{id}/publish"),
                tenant.PutAsync($"/workflows/{id}", """{"definition": {"steps": [{"id": "a", "type": "nonsense"}]}}"""));

            // Whoever came first, the other knew of it.
            Assert.Equal(
                (await tenant.GetAsync($"/workflows/{id}")).Text("status") == "published" ? (HttpStatusCode.OK, HttpStatusCode.BadRequest) : (HttpStatusCode.BadRequest, HttpStatusCode.OK),
                (answers[0].Status, answers[1].Status));
        }));

        Assert.Equal(0, await api.Database.AskAsync<long>(
            "SELECT count(*) FROM pipeline_versions WHERE status = 'APPROVED' AND definition::text LIKE '%nonsense%'"));
    }

    [Fact]
    public async Task DeleteAndPublishAndRun_AtOnce_LeaveNoRunWithoutItsWorkflow()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        await Task.WhenAll(Enumerable.Range(0, Rounds).Select(async round =>
        {
            var id = await tenant.AddDraftAsync($"Round {round}");

            var answers = await Task.WhenAll(
                tenant.PostAsync($"/workflows/{id}/publish"),
                tenant.DeleteAsync($"/workflows/{id}"),
                tenant.RunAsync(id));

            var isThere = (await tenant.GetAsync($"/workflows/{id}")).Status == HttpStatusCode.OK;
            Assert.Equal(isThere ? HttpStatusCode.OK : HttpStatusCode.NotFound, answers[0].Status);
            Assert.Equal(isThere ? HttpStatusCode.BadRequest : HttpStatusCode.NoContent, answers[1].Status);
            Assert.Contains(answers[2].Status, isThere ? [HttpStatusCode.Created, HttpStatusCode.BadRequest] : new[] { HttpStatusCode.NotFound, HttpStatusCode.BadRequest });
        }));
        Assert.Equal(0, await api.Database.AskAsync<long>("SELECT count(*) FROM pipelines p WHERE NOT EXISTS (SELECT FROM pipeline_versions v WHERE v.pipeline_id = p.id)"));
    }

    [Fact]
    public async Task DuplicateAndDeleteOfTheLast_AtOnce_NeverLeaveAnEmptyPipeline()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        await Task.WhenAll(Enumerable.Range(0, Rounds).Select(async round =>
        {
            var id = await tenant.AddDraftAsync($"Round {round}");

            var answers = await Task.WhenAll(tenant.DeleteAsync($"/workflows/{id}"), tenant.PostAsync($"/workflows/{id}/duplicate"));

            Assert.Equal(HttpStatusCode.NoContent, answers[0].Status);
            Assert.Contains(answers[1].Status, new[] { HttpStatusCode.Created, HttpStatusCode.NotFound });
        }));
        Assert.Equal(0, await api.Database.AskAsync<long>("SELECT count(*) FROM pipelines p WHERE NOT EXISTS (SELECT FROM pipeline_versions v WHERE v.pipeline_id = p.id)"));
    }

    [Fact]
    public async Task Duplicate_ManyAtOnce_NumbersThemWithoutHoles()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddDraftAsync();

        var copies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => tenant.PostAsync($"/workflows/{id}/duplicate")));

        Assert.Equal(Enumerable.Range(2, 8), copies.Select(copy => copy.Number("version")).Order());
    }

    [Fact]
    public async Task Put_ManyAtOnceOnOneReading_SavesOne()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddDraftAsync();
        var read = (await tenant.GetAsync($"/workflows/{id}")).Headers["ETag"];

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i =>
            tenant.PutAsync($"/workflows/{id}", $$$"""{"definition": {"steps": ["s{{{i}}}"]}}""", ("If-Match", read))));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(5, answers.Count(answer => answer.Status == HttpStatusCode.PreconditionFailed));
    }

    [Fact]
    public async Task Create_OneKeyManyAtOnce_MakesOne()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => tenant.PostAsync("/workflows", """{"name": "Once"}""", ("Idempotency-Key", "k"))));

        Assert.Single(answers.Select(answer => answer.Text).Distinct());
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.Single((await tenant.GetAsync("/workflows")).Ids());
    }

    [Fact]
    public async Task Publish_ManyAtOnce_AllSucceedAndFreezeOnce()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddDraftAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => tenant.PostAsync($"/workflows/{id}/publish")));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Single(answers.Select(answer => answer.Text("frozen_at")).Distinct());
    }
}
