using System.Net;
using System.Text.Json;
using NextLayer.Contracts.Client;
using NextLayer.Contracts.Runs;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.Contracts.Client;

/// <summary>The typed client's single calls, and what its refusals carry.</summary>
public sealed class ClientTests(Api api) : IClassFixture<Api>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CreateRun_SameKeyTwice_AnswersTheSameRun()
    {
        using var client = new NextLayerClient(api.Http);
        var request = await RequestAsync();

        var first = await client.CreateRunAsync(request, "order-17", Ct);
        var second = await client.CreateRunAsync(request, "order-17", Ct);
        var other = await Assert.ThrowsAsync<NextLayerException>(() => client.CreateRunAsync(request with { Priority = 3 }, "order-17", Ct));

        Assert.Equal(first.Id, second.Id);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, other.StatusCode);
    }

    [Fact]
    public async Task Run_MadeCancelledAndRead_IsTheServersRun()
    {
        using var client = new NextLayerClient(new NextLayerClientOptions { BaseAddress = api.Host.Address, TenantId = Guid.NewGuid(), ApiKey = "k", BearerToken = "t" });
        var created = await client.CreateRunAsync(
            (await RequestAsync()) with { Parameters = JsonElement.Parse("""{"n": 1}""") }, ct: Ct);

        var cancelled = await client.CancelRunAsync(created.Id, "not needed", Ct);
        var read = await client.GetRunAsync(created.Id, Ct);
        var events = await client.GetEventsAsync(created.Id, ct: Ct);

        Assert.Equal((RunStatus.Cancelled, "not needed"), (cancelled.Status, read.ErrorMessage));
        Assert.Equal(1, read.Parameters.GetProperty("n").GetInt32());
        Assert.Equal(["run.queued", "run.cancelled"], events.Items.Select(e => e.Event));
        Assert.Empty(await client.GetStepsAsync(created.Id, Ct));
    }

    [Fact]
    public async Task Calls_Refused_ThrowTheProblemDocument()
    {
        using var client = new NextLayerClient(api.Http);
        var unknown = Guid.CreateVersion7();

        var wrong = await Assert.ThrowsAsync<NextLayerException>(async () => await client.CreateRunAsync((await RequestAsync()) with { Priority = 1000 }, ct: Ct));
        var absent = await Assert.ThrowsAsync<NextLayerException>(() => client.CancelRunAsync(unknown, ct: Ct));
        var gone = await Assert.ThrowsAsync<NextLayerException>(() => client.GetRunAsync(unknown, Ct));

        Assert.Equal(("invalid_request", HttpStatusCode.BadRequest), (wrong.Code, wrong.StatusCode));
        Assert.Equal(["priority"], wrong.Problem.Errors.Keys);
        Assert.Equal($"There is no run {unknown}.", absent.Message);
        Assert.Equal("run_not_found", gone.Code);
        Assert.Null(await client.FindRunAsync(unknown, Ct));
    }

    [Fact]
    public async Task Calls_AnswerThatIsNoProblemDocument_StillTellsTheStatus()
    {
        using var http = new HttpClient(new Proxy()) { BaseAddress = new Uri("http://proxy.example/") };
        using var client = new NextLayerClient(http);

        var refused = await Assert.ThrowsAsync<NextLayerException>(() => client.GetRunAsync(Guid.CreateVersion7(), Ct));

        Assert.Equal((HttpStatusCode.BadGateway, "", "Bad Gateway"), (refused.StatusCode, refused.Code, refused.Message));
    }

    [Fact]
    public void Create_ClientWithoutAddress_IsRefused() =>
        Assert.Throws<ArgumentException>(() =>
        {
            using var http = new HttpClient();
            using var client = new NextLayerClient(http);
        });

    private async Task<CreateRunRequest> RequestAsync()
    {
        var tenant = await api.AddTenantAsync();
        return new CreateRunRequest { TenantId = tenant, PipelineVersionId = await api.AddVersionAsync(tenant, await api.AddPipelineAsync(tenant)) };
    }

    private sealed class Proxy : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.BadGateway) { Content = new StringContent("<html>") });
    }
}
