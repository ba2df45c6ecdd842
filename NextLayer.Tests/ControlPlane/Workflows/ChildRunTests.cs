using System.Net;
using System.Text.Json;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Workflows;

/// <summary>Runs that a for-each made, seen through the Workflow API.</summary>
public sealed class ChildRunTests(Api api) : IClassFixture<Api>
{
    private const string Definition = """
        {"steps": [{"id": "each", "type": "for_each", "config": {"items": [1, 2], "body": {"steps": ["x", "y", "z"]}}}]}
        """;

    [Fact]
    public async Task Children_OfAForEach_AreListedInTheirOrderWithTheirOwnProgress()
    {
        var (tenant, parent) = await AddFamilyAsync();

        var all = await tenant.GetAsync($"/runs/{parent}/children");
        var second = await tenant.GetAsync($"/runs/{parent}/children?step_id=each&per_page=1&page=2");

        Assert.Equal(("2", "2"), (all.Headers["X-Total-Count"], second.Headers["X-Total-Count"]));
        Assert.Equal([(0, 3), (1, 3)], all.Json.EnumerateArray().Select(Place));
        Assert.Equal([(1, 3)], second.Json.EnumerateArray().Select(Place));
        Assert.All(all.Json.EnumerateArray(), child => Assert.Equal((parent, "each"), (child.GetProperty("parent_run_id").GetGuid(), child.GetProperty("parent_step_id").GetString())));
        Assert.Empty((await tenant.GetAsync($"/runs/{parent}/children?step_id=other")).Ids());
        Assert.Empty((await tenant.GetAsync($"/runs/{all.Ids()[0]}/children")).Ids());
        Assert.Equal(3, (await tenant.GetAsync($"/runs/{all.Ids()[0]}")).Number("progress", "total"));
        Assert.StartsWith("Step 'each' waits for its child runs: 0 of 2 have ended", (await tenant.GetAsync($"/runs/{parent}/explain")).Text("summary"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("retry")]
    [InlineData("rerun")]
    public async Task Child_RetryOrRerun_Is409(string wish)
    {
        var (tenant, parent) = await AddFamilyAsync();
        var child = (await tenant.GetAsync($"/runs/{parent}/children")).Ids()[1];

        var answer = await tenant.PostAsync($"/runs/{child}/{wish}");

        Assert.Equal((HttpStatusCode.Conflict, "run_is_child"), (answer.Status, answer.Problem));
    }

    /// <summary>A run that waits for two children, the first of which has been claimed.</summary>
    private async Task<(WorkflowTenant Tenant, Guid Parent)> AddFamilyAsync()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var parent = (await tenant.RunAsync(await tenant.AddPublishedAsync(definition: Definition))).Id;
        await tenant.ReportAsync(parent, await tenant.ClaimAsync(), """
            "steps": [{"step_id": "each", "step_type": "for_each", "attempt": 1, "status": "waiting", "wait_reason": "children",
                       "wait": {"children": {"items": [1, 2]}}}],
            "completion": {"status": "PAUSED"}
            """);
        var claim = await api.PostAsync("/api/runs/claim", $$"""{"worker_id": "w1", "tenant_id": "{{tenant.Id}}", "wait_seconds": 30}""");
        Assert.True(claim.Json.GetProperty("claimed").GetBoolean(), claim.Text);
        return (tenant, parent);
    }

    private static (int Index, int Steps) Place(JsonElement child) =>
        (child.GetProperty("child_index").GetInt32(), child.GetProperty("progress").GetProperty("total").GetInt32());
}
