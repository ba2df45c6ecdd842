using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using NextLayer.Dashboard;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.Dashboard;

/// <summary>Sessions of the dashboard's host, before a control plane that says what it was given.</summary>
public sealed class SessionTests : IAsyncLifetime
{
    private const string Key = "nlk_k1_s3cret";

    private readonly DirectoryInfo keys = Directory.CreateTempSubdirectory("session-keys");
    private readonly ManualClock clock = new();
    private Uri controlPlane = null!; // Set by InitializeAsync, as is the next.
    private WebApplication backend = null!;
    private DateTimeOffset? expiresAt;
    private bool authOff;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([new("urls", "http://127.0.0.1:0")]);
        builder.Logging.ClearProviders();
        backend = builder.Build();
        backend.UseWebSockets();
        backend.MapGet("/api/v1/me", (HttpRequest request) => authOff || request.Headers.Authorization == $"Bearer {Key}"
            ? Results.Json(new { subject = "k1", auth_required = !authOff, expires_at = expiresAt })
            : Results.Unauthorized());
        backend.Map("/api/echo", (HttpRequest request) => Results.Json(new
        {
            authorization = (string?)request.Headers.Authorization,
            key = (string?)request.Headers["X-API-Key"],
            cookie = (string?)request.Headers.Cookie,
        }));
        backend.Map("/ws/echo", async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(context.Request.Headers.Authorization.ToString()), WebSocketMessageType.Text, true, Ct);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Ct);
        });
        await backend.StartAsync(Ct);
        controlPlane = new Uri(backend.Urls.First());
    }

    [Fact]
    public async Task SignIn_KnownCredential_IsKeptInACookieThatNoScriptReadsAndGoesOnWithEveryCall()
    {
        await using var host = await StartAsync();
        using var http = Client(host, out _);

        using var signedIn = await http.PostAsJsonAsync("/session", new { credential = $" {Key} " }, Ct);
        var cookie = SetCookieHeaderValue.Parse(signedIn.Headers.GetValues("Set-Cookie").Single());
        var echo = await http.GetFromJsonAsync<JsonElement>("/api/echo", Ct);

        Assert.Equal(HttpStatusCode.OK, signedIn.StatusCode);
        Assert.Equal("k1", (await signedIn.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("subject").GetString());
        Assert.True(cookie.HttpOnly);
        Assert.Equal(Microsoft.Net.Http.Headers.SameSiteMode.Lax, cookie.SameSite);
        Assert.DoesNotContain("s3cret", Uri.UnescapeDataString(cookie.Value.ToString()), StringComparison.Ordinal);
        Assert.Equal($"Bearer {Key}", echo.GetProperty("authorization").GetString());
        Assert.Equal(JsonValueKind.Null, echo.GetProperty("cookie").ValueKind); // It stays here.
    }

    [Fact]
    public async Task SignIn_BehindTls_SetsACookieForThisHostOverHttpsAlone()
    {
        await using var host = await StartAsync(("Session:SecureCookie", "true"));
        using var http = Client(host, out _);

        using var signedIn = await http.PostAsJsonAsync("/session", new { credential = Key }, Ct);
        var cookie = SetCookieHeaderValue.Parse(signedIn.Headers.GetValues("Set-Cookie").Single());

        Assert.Equal("__Host-nextlayer_session", cookie.Name.ToString());
        Assert.True(cookie.Secure);
        Assert.Equal("/", cookie.Path.ToString());
        Assert.False(cookie.Domain.HasValue);
    }

    [Fact]
    public async Task SignOut_CallsGoOnWithoutACredential()
    {
        await using var host = await StartAsync();
        using var http = Client(host, out var cookies);
        await SignInAsync(http);

        using var request = OfOurPage(HttpMethod.Delete, "/session", host);
        using var answer = await http.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Empty(cookies.GetAllCookies());
        Assert.Null(await AuthorizationAsync(http));
    }

    [Theory]
    [InlineData("nlk_k1_wrong", HttpStatusCode.Unauthorized, "unknown_credential")]
    [InlineData("", HttpStatusCode.BadRequest, "invalid_credential")]
    [InlineData("a b", HttpStatusCode.BadRequest, "invalid_credential")]
    [InlineData("nlk_\r\nX-Evil: 1", HttpStatusCode.BadRequest, "invalid_credential")]
    public async Task SignIn_CredentialThatIsNone_IsRefusedAndSetsNoCookie(string credential, HttpStatusCode status, string problem)
    {
        await using var host = await StartAsync();
        using var http = Client(host, out var cookies);

        using var answer = await http.PostAsJsonAsync("/session", new { credential }, Ct);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal($"urn:nextlayer:problem:{problem}", (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("type").GetString());
        Assert.Empty(cookies.GetAllCookies());
    }

    [Fact]
    public async Task SignIn_CredentialLongerThanAnyToken_IsRefused()
    {
        await using var host = await StartAsync();
        using var http = Client(host, out _);

        using var answer = await http.PostAsJsonAsync("/session", new { credential = new string('a', 8 * 1024 + 1) }, Ct);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task SignIn_WhereAuthenticationIsOff_IsNotNeeded()
    {
        authOff = true;
        await using var host = await StartAsync();
        using var http = Client(host, out var cookies);

        using var answer = await http.PostAsJsonAsync("/session", new { credential = Key }, Ct);

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Empty(cookies.GetAllCookies());
    }

    [Fact]
    public async Task SignIn_ControlPlaneAway_SaysSo()
    {
        controlPlane = new Uri("http://127.0.0.1:1");
        await using var host = await StartAsync();
        using var http = Client(host, out _);

        using var answer = await http.PostAsJsonAsync("/session", new { credential = Key }, Ct);

        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Contains("control_plane_unreachable", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Session_OfAnotherReplicaWithTheSameKeys_IsKnown()
    {
        await using var first = await StartAsync();
        await using var second = await StartAsync();
        using var http = Client(first, out var cookies);
        await SignInAsync(http);
        using var other = Client(second, out var theirs);
        theirs.Add(new Uri(second.Urls.First()), cookies.GetAllCookies());

        Assert.Equal($"Bearer {Key}", await AuthorizationAsync(other));
    }

    [Fact]
    public async Task Session_ForgedOrOfOtherKeys_IsNone()
    {
        await using var host = await StartAsync();
        using var http = Client(host, out var cookies);
        cookies.Add(new Uri(host.Urls.First()), new Cookie("nextlayer_session", "CfDJ8Forged"));

        Assert.Null(await AuthorizationAsync(http));
    }

    [Fact]
    public async Task Session_OfSomebodyIdle_EndsAndThatOfSomebodyBusyGoesOn()
    {
        await using var host = await StartAsync();
        using var idle = Client(host, out _);
        using var busy = Client(host, out _);
        await SignInAsync(idle);
        await SignInAsync(busy);

        clock.Advance(TimeSpan.FromHours(8));
        Assert.Equal($"Bearer {Key}", await AuthorizationAsync(busy));
        clock.Advance(TimeSpan.FromHours(8));

        Assert.Null(await AuthorizationAsync(idle));
        Assert.Equal($"Bearer {Key}", await AuthorizationAsync(busy));
    }

    [Fact]
    public async Task Session_OfATokenThatExpires_EndsWithItHoweverBusy()
    {
        expiresAt = clock.GetUtcNow().AddHours(1);
        await using var host = await StartAsync();
        using var http = Client(host, out _);
        await SignInAsync(http);

        clock.Advance(TimeSpan.FromMinutes(50));
        Assert.Equal($"Bearer {Key}", await AuthorizationAsync(http));
        clock.Advance(TimeSpan.FromMinutes(11));

        Assert.Null(await AuthorizationAsync(http));
    }

    [Fact]
    public async Task Call_WithACredentialOfItsOwn_KeepsIt()
    {
        await using var host = await StartAsync();
        using var http = Client(host, out _);
        await SignInAsync(http);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/echo");
        request.Headers.Add("X-API-Key", "nlk_other_key");

        using var answer = await http.SendAsync(request, Ct);
        var echo = await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);

        Assert.Equal("nlk_other_key", echo.GetProperty("key").GetString());
        Assert.Equal(JsonValueKind.Null, echo.GetProperty("authorization").ValueKind);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "https://evil.example")]
    public async Task Read_ByAPageOfAnotherSite_GoesOnWithoutTheCredential(string header, string value)
    {
        await using var host = await StartAsync();
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
        await using var host = await StartAsync();
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
        await using var host = await StartAsync();
        using var http = Client(host, out _);
        await SignInAsync(http);
        using var request = OfOurPage(new HttpMethod(method), "/api/echo", host);

        using var answer = await http.SendAsync(request, Ct);

        Assert.Equal($"Bearer {Key}", (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("authorization").GetString());
    }

    [Fact]
    public async Task Socket_OfOurPage_GoesOnWithTheCredentialAndAnyOtherIsRefused()
    {
        await using var host = await StartAsync();
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

    public async ValueTask DisposeAsync()
    {
        await backend.DisposeAsync();
        keys.Delete(recursive: true);
    }

    private async Task<WebApplication> StartAsync(params (string Key, string Value)[] settings)
    {
        var host = DashboardApp.Create([], keys.FullName, builder =>
        {
            builder.Configuration.AddInMemoryCollection(
            [
                new("urls", "http://127.0.0.1:0"),
                new("services:control-plane:http:0", controlPlane.ToString()),
                new("Session:KeyFolder", keys.FullName),
                .. settings.Select(setting => KeyValuePair.Create<string, string?>(setting.Key, setting.Value)),
            ]);
            builder.Services.AddSingleton<TimeProvider>(clock);
            builder.Logging.ClearProviders();
        });
        await host.StartAsync(Ct);
        return host;
    }

    private static HttpClient Client(WebApplication host, out CookieContainer cookies)
    {
        cookies = new CookieContainer();
#pragma warning disable CA2000 // The client disposes of it.
        return new HttpClient(new SocketsHttpHandler { CookieContainer = cookies }) { BaseAddress = new Uri(host.Urls.First()) };
#pragma warning restore CA2000
    }

    private static async Task SignInAsync(HttpClient http)
    {
        using var answer = await http.PostAsJsonAsync("/session", new { credential = Key }, Ct);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task<string?> AuthorizationAsync(HttpClient http) =>
        (await http.GetFromJsonAsync<JsonElement>("/api/echo", Ct)).GetProperty("authorization").GetString();

    private static HttpRequestMessage OfOurPage(HttpMethod method, string path, WebApplication host)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Origin", new Uri(host.Urls.First()).GetLeftPart(UriPartial.Authority));
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        return request;
    }
}
