using System.Net;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Workflows;

/// <summary>Cancelling and retrying, from every state.</summary>
public sealed class RunControlTests(Api api) : IClassFixture<Api>
{
    [Theory]
    [InlineData("pending", "cancelled")]
    [InlineData("paused", "cancelled")]
    [InlineData("running", "running")]
    public async Task Cancel_RunThatGoesOn_EndsItOrAsksItsWorker(string state, string after)
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await BringToAsync(tenant, state);

        var answer = await tenant.PostAsync($"/runs/{id}/cancel", """{"reason": "Not needed"}""");

        Assert.Equal((HttpStatusCode.OK, after), (answer.Status, answer.Text("status")));
        Assert.Equal(state == "running", answer.Json.GetProperty("cancel_requested").GetBoolean());
        Assert.Equal(after == "cancelled" ? "Not needed" : null, answer.Text("error"));
    }

    [Fact]
    public async Task Cancel_WorkerHasNotStoppedYet_MayBeAskedAgain()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await BringToAsync(tenant, "running");
        await tenant.PostAsync($"/runs/{id}/cancel");

        var again = await tenant.PostAsync($"/runs/{id}/cancel");

        Assert.Equal((HttpStatusCode.OK, true), (again.Status, again.Json.GetProperty("cancel_requested").GetBoolean()));
    }

    [Theory]
    [InlineData("completed")]
    [InlineData("failed")]
    [InlineData("cancelled")]
    public async Task Cancel_EndedRun_Is409(string state)
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await BringToAsync(tenant, state);

        var answer = await tenant.PostAsync($"/runs/{id}/cancel");

        Assert.Equal((HttpStatusCode.Conflict, "run_finished"), (answer.Status, answer.Problem));
        Assert.Equal(state, (await tenant.GetAsync($"/runs/{id}")).Text("status"));
    }

    [Fact]
    public async Task Cancel_ManyAtOnce_EndsItOnce()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddRunAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => tenant.PostAsync($"/runs/{id}/cancel")));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(5, answers.Count(answer => answer.Problem == "run_finished"));
    }

    [Theory]
    [InlineData("pending")]
    [InlineData("running")]
    [InlineData("paused")]
    [InlineData("completed")]
    [InlineData("cancelled")]
    public async Task Retry_NotFailed_Is409(string state)
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await BringToAsync(tenant, state);

        var answer = await tenant.PostAsync($"/runs/{id}/retry");

        Assert.Equal((HttpStatusCode.Conflict, "run_not_failed"), (answer.Status, answer.Problem));
        Assert.Equal((state, 1), ((await tenant.GetAsync($"/runs/{id}")).Text("status"), (await tenant.GetAsync($"/runs/{id}")).Number("generation")));
    }

    [Fact]
    public async Task Retry_ManyAtOnce_OpensOneGeneration()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await BringToAsync(tenant, "failed");

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => tenant.PostAsync($"/runs/{id}/retry")));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(2, (await tenant.GetAsync($"/runs/{id}")).Number("generation"));
    }

    private static async Task<Guid> BringToAsync(WorkflowTenant tenant, string state)
    {
        var id = await tenant.AddRunAsync();
        await (state switch
        {
            "running" => tenant.ClaimAsync(),
            "paused" => tenant.PauseAsync(id, "approval"),
            "completed" => tenant.CompleteAsync(id),
            "failed" => tenant.FailAsync(id),
            "cancelled" => tenant.PostAsync($"/runs/{id}/cancel"),
            _ => Task.CompletedTask,
        });
        Assert.Equal(state, (await tenant.GetAsync($"/runs/{id}")).Text("status"));
        return id;
    }
}
