using System.Net;
using NextLayer.Contracts.Engine;
using NextLayer.ControlPlane.Features.Engine;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Engine;

public sealed class EngineTests(Servers servers)
{
    [Fact]
    public async Task Start_NewDatabase_RunsByItself()
    {
        await using var database = await servers.CreateDatabaseAsync();
        await using var host = await ControlPlaneHost.StartAsync(database);

        var state = await host.Http.GetStringAsync("/api/pipeline", TestContext.Current.CancellationToken);

        Assert.Equal("running", await StateAsync(database));
        Approved.Equal("PipelineState", System.Text.RegularExpressions.Regex.Replace(state, "\"pid\":\\d+", "\"pid\":0"));
    }

    [Fact]
    public async Task Start_AutoStartOff_StaysStopped()
    {
        await using var database = await servers.CreateDatabaseAsync();
        await using var host = await ControlPlaneHost.StartAsync(database, settings: ("Dispatch:AutoStart", "false"));

        Assert.Equal("stopped", await StateAsync(database));
    }

    [Fact]
    public async Task Start_EngineThatSomebodyStopped_StaysStopped()
    {
        await using var database = await servers.CreateDatabaseAsync();
        await using (var first = await ControlPlaneHost.StartAsync(database))
            await first.Http.PostAsync("/api/pipeline/stop", null, TestContext.Current.CancellationToken);
        await using var second = await ControlPlaneHost.StartAsync(database);

        Assert.Equal("stopped", await StateAsync(database));
    }

    [Fact]
    public async Task Controls_AllMoves_SetStateAndTimes()
    {
        await using var database = await servers.CreateDatabaseAsync();
        await using var host = await ControlPlaneHost.StartAsync(database);

        Assert.Equal((HttpStatusCode.Conflict, "running"), await DoAsync(host, "resume"));
        Assert.Equal((HttpStatusCode.OK, "running"), await DoAsync(host, "start"));
        Assert.Equal((HttpStatusCode.OK, "paused"), await DoAsync(host, "pause"));
        Assert.Equal((HttpStatusCode.OK, "paused"), await DoAsync(host, "pause"));
        Assert.Equal((HttpStatusCode.OK, "running"), await DoAsync(host, "resume"));
        Assert.Equal((HttpStatusCode.OK, "stopped"), await DoAsync(host, "stop"));
        Assert.Equal((HttpStatusCode.OK, "stopped"), await DoAsync(host, "stop"));
        Assert.Equal((HttpStatusCode.Conflict, "stopped"), await DoAsync(host, "pause"));
        Assert.Equal((HttpStatusCode.Conflict, "stopped"), await DoAsync(host, "resume"));
        Assert.True(await database.AskAsync<bool>(
            "SELECT started_at < paused_at AND paused_at < resumed_at AND resumed_at < stopped_at AND updated_at = stopped_at AND pid = $1 FROM pipeline_state",
            Environment.ProcessId));
        Assert.Equal((HttpStatusCode.OK, "running"), await DoAsync(host, "start"));
        Assert.True(await database.AskAsync<bool>("SELECT stopped_at IS NULL FROM pipeline_state"));
    }

    [Fact]
    public async Task Controls_SameAtOnce_WriteOnce()
    {
        await using var database = await servers.CreateDatabaseAsync();
        await using var host = await ControlPlaneHost.StartAsync(database);

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
            await (await host.Http.PostAsync("/api/pipeline/pause", null, TestContext.Current.CancellationToken)).Content.ReadAsStringAsync()));

        Assert.Single(answers.Distinct());
    }

    [Theory]
    [InlineData("pause")]
    [InlineData("stop")]
    public async Task Current_ChangedHere_IsKnownAtOnce(string action)
    {
        await using var database = await servers.CreateDatabaseAsync();
        await using var host = await ControlPlaneHost.StartAsync(database);
        await DoAsync(host, action);

        Assert.Equal(EngineRules.Target(Enum.Parse<EngineAction>(action, ignoreCase: true)), await host.Get<EngineState>().CurrentAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Decide_EveryPair_IsTotal()
    {
        string[] states = [EngineStates.Running, EngineStates.Paused, EngineStates.Stopped];

        foreach (var action in Enum.GetValues<EngineAction>())
            foreach (var state in states)
            {
                var move = EngineRules.Decide(action, state);
                Assert.Equal(move == EngineMove.Nothing, move != EngineMove.Refuse && EngineRules.Target(action) == state);
            }
    }

    private static Task<string?> StateAsync(TestDatabase database) => database.AskAsync<string>("SELECT state FROM pipeline_state");

    private static async Task<(HttpStatusCode, string?)> DoAsync(ControlPlaneHost host, string action)
    {
        using var response = await host.Http.PostAsync($"/api/pipeline/{action}", null, TestContext.Current.CancellationToken);
        using var status = System.Text.Json.JsonDocument.Parse(await host.Http.GetStringAsync("/api/pipeline/status"));
        return (response.StatusCode, status.RootElement.GetProperty("state").GetString());
    }
}
