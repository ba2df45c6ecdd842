using System.Net;
using System.Net.Sockets;
using System.Text;
using NextLayer.AppHost.Embedded.Servers;

namespace NextLayer.Tests.AppHost;

public sealed class RedisServerTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task StartAsync_Stranger_IsAskedForThePassword()
    {
        await using var server = await RedisServer.StartAsync(ct: Ct);

        Assert.StartsWith("-NOAUTH", await TalkAsync(server.Port, "PING"), StringComparison.Ordinal);
        Assert.Equal("+OK", await TalkAsync(server.Port, $"AUTH {server.Password}"));
        Assert.Equal($"127.0.0.1:{server.Port},password={server.Password}", server.ConnectionString);
    }

    [Fact]
    public async Task StartAsync_AfterKill_AnswersOnTheSamePortWithTheSamePassword()
    {
        await using var server = await RedisServer.StartAsync(ct: Ct);
        var firstId = server.ProcessId;
        var before = server.ConnectionString;

        await server.KillAsync();
        Assert.False(server.IsRunning);
        await server.StartAsync(Ct);

        Assert.Equal(before, server.ConnectionString);
        Assert.NotEqual(firstId, server.ProcessId);
        Assert.Equal("+OK", await TalkAsync(server.Port, $"AUTH {server.Password}"));
    }

    [Fact]
    public async Task DisposeAsync_Running_LeavesNoProcess()
    {
        var server = await RedisServer.StartAsync(ct: Ct);
        var processId = server.ProcessId;

        await server.DisposeAsync();

        Assert.False(Unix.IsAlive(processId));
    }

    private static async Task<string?> TalkAsync(int port, string command)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Ct);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"), Ct);
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadLineAsync(Ct);
    }
}
