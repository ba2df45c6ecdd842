using System.Net;
using NextLayer.Tests.ControlPlane.Workflows;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Runs;

/// <summary>Views of the runs list that a tenant's people share.</summary>
public sealed class RunViewTests(Api api) : IClassFixture<Api>
{
    private const string Failed = """{"search": "?status=FAILED&window=24h"}""";

    [Fact]
    public async Task View_SavedTwice_IsThereOnceAsItWasSavedLast()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);

        await SaveAsync(tenant, "Night shift", Failed);
        var saved = await SaveAsync(tenant, "Night shift", """{"search": "?status=PAUSED"}""");
        await SaveAsync(tenant, "all of it", """{"search": "?window=all"}""");
        var listed = await tenant.GetAsync("/run-views");

        Assert.Equal((HttpStatusCode.OK, "?status=PAUSED", "development"), (saved.Status, saved.Text("search"), saved.Text("saved_by")));
        Assert.Equal(["all of it", "Night shift"], listed.Json.EnumerateArray().Select(view => view.GetProperty("name").GetString()));
        Assert.Equal(saved.Text, listed.Json[1].GetRawText());
    }

    [Fact]
    public async Task View_Deleted_IsGoneForGood()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        await SaveAsync(tenant, "Überfällig/alt?", Failed);

        var first = await tenant.DeleteAsync($"/run-views/{Uri.EscapeDataString("Überfällig/alt?")}");
        var second = await tenant.DeleteAsync($"/run-views/{Uri.EscapeDataString("Überfällig/alt?")}");

        Assert.Equal(HttpStatusCode.NoContent, first.Status);
        Assert.Equal((HttpStatusCode.NotFound, "run_view_not_found"), (second.Status, second.Problem));
        Assert.Equal("[]", (await tenant.GetAsync("/run-views")).Text);
    }

    [Fact]
    public async Task Views_OfAnotherTenant_AreNotThere()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var stranger = await WorkflowTenant.CreateAsync(api);
        await SaveAsync(tenant, "Ours", Failed);

        Assert.Equal("[]", (await stranger.GetAsync("/run-views")).Text);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.DeleteAsync("/run-views/Ours")).Status);
        Assert.Single((await tenant.GetAsync("/run-views")).Json.EnumerateArray());
    }

    [Theory]
    [InlineData("A", """{"search": ""}""", "search")]
    [InlineData("A", """{"search": "status=FAILED"}""", "search")]
    [InlineData("A", """{"search": "?q=a b"}""", "search")]
    [InlineData("A", "{}", "search")]
    [InlineData("%20", Failed, "name")]
    [InlineData("a%07b", Failed, "name")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", Failed, "name")]
    public async Task View_Unusable_IsRefusedAtItsPlace(string name, string json, string path)
    {
        var tenant = await WorkflowTenant.CreateAsync(api);

        var answer = await tenant.PutAsync($"/run-views/{name}", json);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal([path], answer.Errors.Keys);
        Assert.Equal("[]", (await tenant.GetAsync("/run-views")).Text);
    }

    [Fact]
    public async Task Views_BeyondAHundred_AreRefusedAndThoseThereCanStillChange()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async lane =>
        {
            for (var i = 0; i < 25; i++)
                await SaveAsync(tenant, $"{lane} {i}", Failed);
        }));

        var more = await SaveAsync(tenant, "One more", Failed);
        var changed = await SaveAsync(tenant, "0 0", """{"search": "?status=QUEUED"}""");

        Assert.Equal((HttpStatusCode.Conflict, "too_many_views"), (more.Status, more.Problem));
        Assert.Equal((HttpStatusCode.OK, "?status=QUEUED"), (changed.Status, changed.Text("search")));
    }

    private static Task<Answer> SaveAsync(WorkflowTenant tenant, string name, string json) =>
        tenant.PutAsync($"/run-views/{Uri.EscapeDataString(name)}", json);
}
