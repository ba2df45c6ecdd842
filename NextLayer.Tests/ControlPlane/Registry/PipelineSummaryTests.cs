using NextLayer.Tests.ControlPlane.Workflows;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Registry;

/// <summary>What a list of pipelines shows beside their names.</summary>
public sealed class PipelineSummaryTests(Api api) : IClassFixture<Api>
{
    [Fact]
    public async Task Summary_ShowsTheNewestVersionAndTheLastTenRunsOfAll()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var first = await tenant.AddPublishedAsync("Busy");
        var runs = new List<Guid>();
        for (var i = 0; i < 8; i++)
            runs.Add((await tenant.RunAsync(first)).Id);
        await tenant.CompleteAsync(runs[0]);
        await tenant.FailAsync(runs[1]);
        var second = (await tenant.PostAsync($"/workflows/{first}/duplicate")).Id;
        await tenant.PostAsync($"/workflows/{second}/publish");
        for (var i = 0; i < 4; i++)
            runs.Add((await tenant.RunAsync(second)).Id);
        var third = (await tenant.PostAsync($"/workflows/{second}/duplicate")).Id;
        await tenant.PostAsync($"/workflows/{third}/test");
        await tenant.AddDraftAsync("Quiet");
        await WorkflowTenant.CreateAsync(api);

        var pipelines = (await api.GetAsync($"/api/pipelines?tenant_id={tenant.Id}&summary=true")).Json.GetProperty("items");

        var (quiet, busy) = (pipelines[0].GetProperty("summary"), pipelines[1].GetProperty("summary"));
        Assert.Equal("[]", quiet.GetProperty("last_runs").GetRawText());
        Assert.Equal(("v1", "DRAFT"), (quiet.GetProperty("newest_version").GetProperty("version").GetString(), quiet.GetProperty("newest_version").GetProperty("status").GetString()));
        Assert.Equal((third, "v3"), (busy.GetProperty("newest_version").GetProperty("id").GetGuid(), busy.GetProperty("newest_version").GetProperty("version").GetString()));
        var marks = busy.GetProperty("last_runs").EnumerateArray().Select(mark => mark.GetProperty("id").GetGuid()).ToList();
        Assert.Equal(10, marks.Count);
        Assert.Equal(Enumerable.Reverse(runs).Take(9), marks.Skip(1)); // The newest is the test.
    }

    [Fact]
    public async Task Summary_OfTheLastRuns_TellsTheirStates()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var workflow = await tenant.AddPublishedAsync();
        var done = (await tenant.RunAsync(workflow)).Id;
        await tenant.CompleteAsync(done);
        var failed = (await tenant.RunAsync(workflow)).Id;
        await tenant.FailAsync(failed);
        await tenant.RunAsync(workflow);

        var marks = (await api.GetAsync($"/api/pipelines?tenant_id={tenant.Id}&summary=true")).Json.GetProperty("items")[0].GetProperty("summary").GetProperty("last_runs");

        Assert.Equal(["QUEUED", "FAILED", "SUCCEEDED"], marks.EnumerateArray().Select(mark => mark.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task List_WithoutSummary_HasNone()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        await tenant.AddDraftAsync();

        Assert.DoesNotContain("summary", (await api.GetAsync($"/api/pipelines?tenant_id={tenant.Id}")).Text, StringComparison.Ordinal);
    }
}
