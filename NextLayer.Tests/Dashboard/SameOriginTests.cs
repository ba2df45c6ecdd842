using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using static NextLayer.Tests.Dashboard.SessionWorld;

namespace NextLayer.Tests.Dashboard;

/// <summary>Whose requests get a session's rights: those of our own pages.</summary>
public sealed class SameOriginTests : IAsyncLifetime
{
    private readonly SessionWorld world = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => world.OpenAsync();

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "https://evil.example")]
    public async Task Read_ByAPageOfAnotherSite_GoesOnWithoutTheCredential(string header, string value)
    {
        await using var host = await world.StartAsync();
        using var http = Client(host, out _);
        await SignInAsync(http);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/echo");
        request.Headers.Add(header, value);

        using var answer = await http.SendAsync(request, Ct);

        Assert.Equal(JsonValueKind.Null, (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("authorization").ValueKind);
    }

    [Theory]
    [InlineData("POST", "/api/echo", null)]
    [InlineData("PUT", "/api/echo", null)]
    [InlineData("PATCH", "/api/echo", null)]
    [InlineData("DELETE", "/api/echo", null)]
    [InlineData("DELETE", "/session", null)]
    [InlineData("POST", "/api/echo", "https://evil.example")]
    [InlineData("DELETE", "/session", "https://evil.example")]
    public async Task Write_WithTheSessionButNotFromOurPage_IsRefused(string method, string path, string? origin)
    {
        await using var host = await world.StartAsync();
        using var http = Client(host, out var cookies);
        await SignInAsync(http);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (origin is not null)
            request.Headers.Add("Origin", origin);

        using var answer = await http.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Single(cookies.GetAllCookies());
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    public async Task Write_FromOurPage_GoesOnWithTheCredential(string method)
    {
        await using var host = await world.StartAsync();
        using var http = Client(host, out _);
        await SignInAsync(http);
        using var request = OfOurPage(new HttpMethod(method), "/api/echo", host);

        using var answer = await http.SendAsync(request, Ct);

        Assert.Equal($"Bearer {Key}", (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("authorization").GetString());
    }

    [Fact]
    public async Task Socket_OfOurPage_GoesOnWithTheCredentialAndAnyOtherIsRefused()
    {
        await using var host = await world.StartAsync();
        using var http = Client(host, out var cookies);
        await SignInAsync(http);
        var page = new Uri(host.Urls.First());
        var address = new UriBuilder(page) { Scheme = "ws", Path = "/ws/echo" }.Uri;
        using var ours = new ClientWebSocket { Options = { Cookies = cookies } };
        ours.Options.SetRequestHeader("Origin", page.GetLeftPart(UriPartial.Authority));
        using var foreign = new ClientWebSocket { Options = { Cookies = cookies } };
        foreign.Options.SetRequestHeader("Origin", "https://evil.example");
        using var nameless = new ClientWebSocket { Options = { Cookies = cookies } };

        await ours.ConnectAsync(address, Ct);
        var buffer = new byte[256];
        var message = await ours.ReceiveAsync(buffer, Ct);

        Assert.Equal($"Bearer {Key}", System.Text.Encoding.UTF8.GetString(buffer, 0, message.Count));
        await Assert.ThrowsAsync<WebSocketException>(() => foreign.ConnectAsync(address, Ct));
        await Assert.ThrowsAsync<WebSocketException>(() => nameless.ConnectAsync(address, Ct));
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();
}
