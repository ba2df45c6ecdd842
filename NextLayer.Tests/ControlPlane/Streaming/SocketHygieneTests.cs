using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using NextLayer.Tests.ControlPlane.Runs;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Streaming;

/// <summary>What both streams do with peers that do not behave, and when the server stops.</summary>
public sealed class SocketHygieneTests(Servers servers)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/ws/runs")]
    [InlineData("/ws/runs/{run}")]
    public async Task Socket_EachWayToEnd_IsToldByItsCode(string path)
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        var host = await ControlPlaneHost.StartAsync(queue.Database, null, ("Stream:MaxMessageBytes", "100"), ("Stream:MessagesPerSecond", "5"));
        path = path.Replace("{run}", $"{await queue.AddRunAsync()}", StringComparison.Ordinal);
        using var polite = await OpenAsync(host, path);
        using var loud = await OpenAsync(host, path);
        using var chatty = await OpenAsync(host, path);
        using var patient = await OpenAsync(host, path);

        await polite.Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Ct);
        await loud.Socket.SendAsync(new byte[101], WebSocketMessageType.Binary, endOfMessage: false, Ct);
        for (var i = 0; i < 200; i++)
            await TrySayAsync(chatty);
        await patient.Socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Ct);

        Assert.Equal(1000, await polite.ReceiveCloseAsync());
        Assert.Equal(1009, await loud.ReceiveCloseAsync());
        Assert.Equal(1008, await chatty.ReceiveCloseAsync());
        Assert.Equal(WebSocketState.Open, patient.Socket.State);
        var stopping = host.DisposeAsync().AsTask();
        Assert.Equal(1001, await patient.ReceiveCloseAsync());
        await stopping;
    }

    [Fact]
    public async Task Connect_MoreSocketsThanACallerMayHave_Is429UntilOneIsGivenBack()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database, null, ("Stream:SocketsPerCaller", "2"));
        var runId = await queue.AddRunAsync();
        using var first = await OpenAsync(host, "/ws/runs");
        using var second = await OpenAsync(host, $"/ws/runs/{runId}");

        var refused = await Assert.ThrowsAsync<WebSocketException>(() => OpenAsync(host, "/ws/runs"));
        await first.Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Ct);
        await first.ReceiveCloseAsync();
        using var third = await OpenWhenFreeAsync(host, "/ws/runs").WaitAsync(TimeSpan.FromSeconds(60), Ct);

        Assert.Contains("429", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/ws/runs/{run}?after_seq=-1", "after_seq")]
    [InlineData("/ws/runs/{run}?after_seq=many", "after_seq")]
    [InlineData("/ws/runs?status=DONE", "status")]
    [InlineData("/ws/runs?pipeline_id=7", "pipeline_id")]
    [InlineData("/ws/runs?workflow_id=", "workflow_id")]
    [InlineData("/ws/runs?tenant_id=me", "tenant_id")]
    public async Task Connect_BadQuery_IsAProblemBeforeTheUpgrade(string address, string? field)
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);
        var runId = await queue.AddRunAsync();

        using var answer = await UpgradeAsync(host, address.Replace("{run}", $"{runId}", StringComparison.Ordinal));

        var problem = JsonElement.Parse(await answer.Content.ReadAsStringAsync(Ct));
        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Equal(field ?? "", problem.TryGetProperty("errors", out var errors) ? errors.EnumerateObject().Single().Name : "");
    }

    [Fact]
    public async Task Connect_WithoutUpgrade_Is426()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);

        using var answer = await host.Http.GetAsync("/ws/runs", Ct);

        Assert.Equal(HttpStatusCode.UpgradeRequired, answer.StatusCode);
    }

    [Fact]
    public async Task Connect_RunOfAnotherTenant_Is404WhereTheCallerNamesItsTenant()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);
        var runId = await queue.AddRunAsync();

        using var own = await StreamPeer.OpenAsync(host, $"/ws/runs/{runId}", tenant: queue.TenantId);
        using var other = await UpgradeAsync(host, $"/ws/runs/{runId}?tenant_id=00000000-0000-7000-8000-000000000001");
        using var both = await UpgradeAsync(host, $"/ws/runs/{runId}?tenant_id={queue.TenantId}&tenant_id=00000000-0000-7000-8000-000000000001");

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.BadRequest), (other.StatusCode, both.StatusCode));
    }

    [Fact]
    public async Task Watch_PeerThatAnswersNoPing_IsDropped()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database, null, ("Stream:PingSeconds", "1"));
        using var connection = new TcpClient();
        await connection.ConnectAsync(host.Address.Host, host.Address.Port, Ct);
        var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET /ws/runs HTTP/1.1\r\nHost: {host.Address.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"), Ct);

        using var heard = new MemoryStream();
        await ReadToTheEndAsync(stream, heard).WaitAsync(TimeSpan.FromSeconds(60), Ct);

        Assert.StartsWith("HTTP/1.1 101", Encoding.ASCII.GetString(heard.ToArray()), StringComparison.Ordinal);
        Assert.Contains((byte)0x89, heard.ToArray()); // A ping.
    }

    private static async Task ReadToTheEndAsync(NetworkStream stream, MemoryStream into)
    {
        try
        {
            await stream.CopyToAsync(into, Ct);
        }
        catch (IOException)
        {
            // A connection that is dropped may end this way too.
        }
    }

    private static async Task<StreamPeer> OpenAsync(ControlPlaneHost host, string path)
    {
        var peer = await StreamPeer.OpenAsync(host, path);
        await peer.ReceiveAsync("snapshot");
        return peer;
    }

    // The server gives the place back a moment after its peer has seen the close.
    private static async Task<StreamPeer> OpenWhenFreeAsync(ControlPlaneHost host, string path)
    {
        while (true)
        {
            try
            {
                return await OpenAsync(host, path);
            }
            catch (WebSocketException)
            {
                await Task.Delay(20, Ct);
            }
        }
    }

    private static async Task TrySayAsync(StreamPeer peer)
    {
        try
        {
            await peer.Socket.SendAsync("x"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Ct);
        }
        catch (WebSocketException)
        {
            // It was closed already; the code is still to be read.
        }
    }

    private static Task<HttpResponseMessage> UpgradeAsync(ControlPlaneHost host, string address)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Add("Connection", "Upgrade");
        request.Headers.Add("Upgrade", "websocket");
        request.Headers.Add("Sec-WebSocket-Version", "13");
        request.Headers.Add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        return host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
    }
}
