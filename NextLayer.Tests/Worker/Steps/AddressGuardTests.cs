using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using NextLayer.Tests.Worker.Support;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Steps.Http;

namespace NextLayer.Tests.Worker.Steps;

public sealed class AddressGuardTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("100.64.0.1")]
    [InlineData("100.100.100.200")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("168.63.129.16")]
    [InlineData("169.254.169.254")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.0.192")]
    [InlineData("192.168.1.1")]
    [InlineData("198.18.0.1")]
    [InlineData("203.0.113.9")]
    [InlineData("224.0.0.1")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::127.0.0.1")]
    [InlineData("64:ff9b::10.0.0.1")]
    [InlineData("64:ff9b:1::1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2001::1")]
    [InlineData("2002:7f00:1::")]
    public void IsPublic_OfAnInnerAddress_IsFalse(string address) => Assert.False(AddressGuard.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("100.128.0.1")]
    [InlineData("172.32.0.1")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::8.8.8.8")]
    [InlineData("2606:4700:4700::1111")]
    public void IsPublic_OfAnAddressOfTheInternet_IsTrue(string address) => Assert.True(AddressGuard.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("http://127.0.0.1:{0}/")]
    [InlineData("http://localhost:{0}/")]
    [InlineData("http://2130706433:{0}/")]
    [InlineData("http://0x7f.1:{0}/")]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/")]
    [InlineData("http://0.0.0.0:{0}/")]
    public async Task Request_ToThisMachine_IsRefused(string url)
    {
        await using var server = await StandIn.StartAsync(c => c.Response.WriteAsync("secret"));
        using var http = new GuardedHttp(new GuardedConnector(new AllowedHosts([])));

        var failure = await new StepBench().FailureAsync(Step(http), new { method = "GET", url = string.Format(null, url, server.Port) });

        Assert.Equal(("SSRF_BLOCKED", false), (failure.Error.Code, failure.Error.Retryable));
        Assert.Contains("HttpRequest:AllowedHosts", failure.Error.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Redirect_ToThisMachine_IsRefused()
    {
        await using var inner = await StandIn.StartAsync(c => c.Response.WriteAsync("secret"));
        await using var outer = await StandIn.StartAsync(c =>
        {
            c.Response.Redirect($"http://inner.example:{inner.Port}/");
            return Task.CompletedTask;
        });
        // Both are on this machine; only the first is allowed, by name and port.
        using var http = new GuardedHttp(new GuardedConnector(
            new AllowedHosts([$"outer.example:{outer.Port}"]), (_, _) => Task.FromResult(new[] { IPAddress.Loopback })));

        var failure = await new StepBench().FailureAsync(Step(http), new { method = "GET", url = $"http://outer.example:{outer.Port}/" });

        Assert.Equal("SSRF_BLOCKED", failure.Error.Code);
        Assert.Single(outer.Requests);
        Assert.Empty(inner.Requests);
    }

    [Fact]
    public async Task Name_ThatResolvesDifferentlyTheSecondTime_IsCheckedEachTime()
    {
        await using var server = await StandIn.StartAsync(c => c.Response.WriteAsync("secret"));
        var answers = new Queue<IPAddress>([IPAddress.Parse("1.1.1.1"), IPAddress.Loopback]);
        var connector = new GuardedConnector(new AllowedHosts([]), (_, _) => Task.FromResult(new[] { answers.Dequeue() }));
        await connector.PermittedAsync("rebound.example", server.Port, TestContext.Current.CancellationToken);
        using var http = new GuardedHttp(connector);

        var failure = await new StepBench().FailureAsync(Step(http), new { method = "GET", url = $"http://rebound.example:{server.Port}/" });

        Assert.Equal("SSRF_BLOCKED", failure.Error.Code);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Name_WithPublicAndInnerAddresses_ConnectsToThePublicOnesOnly()
    {
        var connector = new GuardedConnector(
            new AllowedHosts([]), (_, _) => Task.FromResult(new[] { IPAddress.Loopback, IPAddress.Parse("1.1.1.1") }));

        var permitted = await connector.PermittedAsync("mixed.example", 80, TestContext.Current.CancellationToken);

        Assert.Equal([IPAddress.Parse("1.1.1.1")], permitted);
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("127.0.0.0/8", true)]
    [InlineData("127.0.0.1, ::1", true)]
    [InlineData("*.localhost", false)]
    [InlineData("localhost:1", false)]
    [InlineData("10.0.0.0/8", false)]
    public async Task AllowedHosts_DecideWhatElseMayBeReached(string allowed, bool reaches)
    {
        await using var server = await StandIn.StartAsync(c => c.Response.WriteAsync("inner"));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(AllowedHosts.Key, allowed)]).Build();
        using var http = new GuardedHttp(new GuardedConnector(AllowedHosts.From(configuration)));

        var result = await new StepBench().RunAsync(Step(http), new { method = "GET", url = $"http://localhost:{server.Port}/" });

        Assert.Equal(reaches, result is StepResult.Completed);
    }

    [Theory]
    [InlineData("api.internal.example", true)]
    [InlineData("API.Internal.Example", true)]
    [InlineData("internal.example", false)]
    [InlineData("evilinternal.example", false)]
    public void AllowedHosts_StarAllowsWhatIsBelow(string host, bool allowed) =>
        Assert.Equal(allowed, new AllowedHosts(["*.internal.example"]).AllowsName(host, 443));

    [Theory]
    [InlineData("ftp://x")]
    [InlineData("a b")]
    [InlineData("host:port")]
    [InlineData("10.0.0.0/33")]
    public void AllowedHosts_EntryThatIsNone_IsRefusedByName(string entry)
    {
        var refusal = Assert.Throws<FormatException>(() => new AllowedHosts([entry]));

        Assert.Contains("HttpRequest:AllowedHosts", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://[::1]:8080")]
    [InlineData("[::1]:8080")]
    public void AllowedHosts_Ip6AddressWithAPort_IsAllowedThere(string entry)
    {
        var allowed = new AllowedHosts([entry]);

        Assert.True(allowed.AllowsName("::1", 8080));
        Assert.False(allowed.AllowsName("::1", 8081));
        Assert.False(allowed.AllowsAddress(IPAddress.IPv6Loopback));
        Assert.True(new AllowedHosts(["[::1]"]).AllowsName("::1", 8081));
    }

    private static HttpRequestStep Step(GuardedHttp http) => new(http, TestConnectors.None, TimeProvider.System);
}
