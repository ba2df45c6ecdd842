using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Net.Http.Headers;
using NextLayer.Tests.Worker.Support;
using static NextLayer.Tests.Dashboard.SessionWorld;

namespace NextLayer.Tests.Dashboard;

/// <summary><c>POST /session</c>: what signs in, and what is refused.</summary>
public sealed class SignInTests : IAsyncLifetime
{
    private readonly SessionWorld world = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => world.OpenAsync();

    [Fact]
    public async Task SignIn_KnownCredential_IsKeptInACookieThatNoScriptReadsAndGoesOnWithEveryCall()
    {
        await using var host = await world.StartAsync();
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
        await using var host = await world.StartAsync(("Session:SecureCookie", "true"));
        using var http = Client(host, out _);

        using var signedIn = await http.PostAsJsonAsync("/session", new { credential = Key }, Ct);
        var cookie = SetCookieHeaderValue.Parse(signedIn.Headers.GetValues("Set-Cookie").Single());

        Assert.Equal("__Host-nextlayer_session", cookie.Name.ToString());
        Assert.True(cookie.Secure);
        Assert.Equal("/", cookie.Path.ToString());
        Assert.False(cookie.Domain.HasValue);
    }

    [Theory]
    [InlineData("nlk_k1_wrong", HttpStatusCode.Unauthorized, "unknown_credential")]
    [InlineData("", HttpStatusCode.BadRequest, "invalid_credential")]
    [InlineData("a b", HttpStatusCode.BadRequest, "invalid_credential")]
    [InlineData("nlk_\r\nX-Evil: 1", HttpStatusCode.BadRequest, "invalid_credential")]
    public async Task SignIn_CredentialThatIsNone_IsRefusedAndSetsNoCookie(string credential, HttpStatusCode status, string problem)
    {
        await using var host = await world.StartAsync();
        using var http = Client(host, out var cookies);

        using var answer = await http.PostAsJsonAsync("/session", new { credential }, Ct);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal($"urn:nextlayer:problem:{problem}", await ProblemAsync(answer));
        Assert.Empty(cookies.GetAllCookies());
    }

    [Fact]
    public async Task SignIn_CredentialLongerThanAnyToken_IsRefused()
    {
        await using var host = await world.StartAsync();
        using var http = Client(host, out _);

        using var answer = await http.PostAsJsonAsync("/session", new { credential = new string('a', 8 * 1024 + 1) }, Ct);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task SignIn_WhereAuthenticationIsOff_IsNotNeeded()
    {
        world.AuthOff = true;
        await using var host = await world.StartAsync();
        using var http = Client(host, out var cookies);

        using var answer = await http.PostAsJsonAsync("/session", new { credential = Key }, Ct);

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Empty(cookies.GetAllCookies());
    }

    [Fact]
    public async Task SignIn_ControlPlaneAway_SaysSo()
    {
        world.ControlPlane = new Uri("http://127.0.0.1:1");
        await using var host = await world.StartAsync();
        using var http = Client(host, out _);

        using var answer = await http.PostAsJsonAsync("/session", new { credential = Key }, Ct);

        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Contains("control_plane_unreachable", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("{", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("null", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("[]", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("{\"credential\": 5}", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("credential=x", "application/x-www-form-urlencoded", HttpStatusCode.UnsupportedMediaType)]
    public async Task SignIn_BodyThatIsNone_IsToldWhatToSend(string body, string type, HttpStatusCode status)
    {
        await using var host = await world.StartAsync();
        using var http = Client(host, out _);
        using var content = new StringContent(body, System.Text.Encoding.UTF8, type);

        using var answer = await http.PostAsync("/session", content, Ct);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("Send JSON: ", (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignIn_BodyLargerThanAnyCredential_IsNotRead()
    {
        await using var host = await world.StartAsync();
        using var http = Client(host, out _);

        using var answer = await http.PostAsJsonAsync("/session", new { credential = new string('a', 100_000) }, Ct);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal("urn:nextlayer:problem:invalid_body", await ProblemAsync(answer));
    }

    [Fact]
    public async Task SignIn_TooOften_IsRefusedForAWhileAndNothingElseIs()
    {
        await using var host = await world.StartAsync(("Session:SignInsPerMinute", "2"));
        using var http = Client(host, out _);
        for (var tries = 0; tries < 2; tries++)
        {
            using var wrong = await http.PostAsJsonAsync("/session", new { credential = "nlk_k1_guess" }, Ct);
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        using var answer = await http.PostAsJsonAsync("/session", new { credential = Key }, Ct);

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.Equal("urn:nextlayer:problem:too_many_sign_ins", await ProblemAsync(answer));
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Null(await AuthorizationAsync(http)); // Forwarded as before.
    }

    [Fact]
    public async Task SignIn_TooOftenByOneBehindATrustedProxy_IsOpenToOthers()
    {
        await using var host = await world.StartAsync(("Session:SignInsPerMinute", "1"), ("TRUSTED_PROXIES", "127.0.0.1"));
        using var http = Client(host, out _);
        var statuses = new List<HttpStatusCode>();

        foreach (var address in new[] { "203.0.113.1", "203.0.113.1", "203.0.113.2" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/session") { Content = JsonContent.Create(new { credential = "nlk_k1_guess" }) };
            request.Headers.Add("X-Forwarded-For", address);
            using var answer = await http.SendAsync(request, Ct);
            statuses.Add(answer.StatusCode);
        }

        Assert.Equal([HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests, HttpStatusCode.Unauthorized], statuses);
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("[]")]
    public async Task SignIn_ControlPlaneThatIsNone_SaysSo(string body)
    {
        await using var other = await StandIn.StartAsync(context => context.Response.WriteAsync(body));
        world.ControlPlane = other.Address;
        await using var host = await world.StartAsync();
        using var http = Client(host, out _);

        using var answer = await http.PostAsJsonAsync("/session", new { credential = Key }, Ct);

        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Equal("urn:nextlayer:problem:control_plane_unreachable", await ProblemAsync(answer));
    }

    [Fact]
    public async Task SignIn_FirstReplicaSilent_AsksTheNext()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var second = world.ControlPlane;
        world.ControlPlane = new Uri($"http://{silent.LocalEndpoint}");
        await using var host = await world.StartAsync(
            services => services.PostConfigureAll<HttpClientFactoryOptions>(clients => clients.HttpClientActions.Add(http => http.Timeout = TimeSpan.FromMilliseconds(200))),
            ("services:control-plane:http:1", second.ToString()));
        using var client = Client(host, out _);

        await SignInAsync(client);
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();
}
