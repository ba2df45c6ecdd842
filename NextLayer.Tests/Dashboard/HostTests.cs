using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using NextLayer.Dashboard;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.Dashboard;

/// <summary>The host of the pages, before the real control plane.</summary>
public sealed class HostTests(Servers servers, HostTests.Fixture fixture) : IClassFixture<HostTests.Fixture>
{
    private const string Index = """<html><meta name="csp-nonce" content="{{nonce}}"><script type="module" src="/assets/app-1a2b.js"></script></html>""";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private HttpClient Http => fixture.Http;

    [Theory]
    [InlineData("/")]
    [InlineData("/runs")]
    [InlineData("/runs/0199?tab=logs")]
    public async Task Page_AnyAddressOfTheClient_IsTheOnePageUnderAStrictPolicy(string path)
    {
        await fixture.StartAsync(servers, Index);

        using var first = await Http.GetAsync(path, Ct);
        using var second = await Http.GetAsync(path, Ct);
        var policy = first.Headers.GetValues("Content-Security-Policy").Single();
        var nonce = policy.Split("'nonce-")[1].Split('\'')[0];

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Contains($"content=\"{nonce}\"", await first.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Contains("default-src 'none'; script-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("no-store", first.Headers.CacheControl!.ToString());
        Assert.NotEqual(policy, second.Headers.GetValues("Content-Security-Policy").Single());
    }

    [Fact]
    public async Task Asset_IsPackedAndKeptForever()
    {
        await fixture.StartAsync(servers, Index);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/assets/app-1a2b.js");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip, br");

        using var answer = await Http.SendAsync(request, Ct);

        Assert.Equal("br", answer.Content.Headers.ContentEncoding.Single());
        Assert.Equal("text/javascript", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("public, max-age=31536000, immutable", answer.Headers.CacheControl!.ToString());
        Assert.Equal("packed", await answer.Content.ReadAsStringAsync(Ct));
    }

    [Fact]
    public async Task Asset_ThatIsNotThere_IsNotThePage()
    {
        await fixture.StartAsync(servers, Index);

        using var answer = await Http.GetAsync("/assets/old-9z.js", Ct);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task Write_FromAPageOfAnotherSite_IsRefusedAndChangesNothing(string header, string value)
    {
        const string refused = "Made by another site";
        await fixture.StartAsync(servers, Index);
        using var request = Post(header, value, refused);

        using var answer = await Http.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.DoesNotContain(refused, await Http.GetStringAsync("/api/tenants", Ct), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "same-origin")]
    [InlineData("X-Nothing", "1")]
    public async Task Write_FromOurPageOrNoBrowser_Passes(string header, string value)
    {
        await fixture.StartAsync(servers, Index);
        using var request = Post(header, value);
        if (header == "Sec-Fetch-Site")
            request.Headers.Add("Origin", Http.BaseAddress!.GetLeftPart(UriPartial.Authority));

        using var answer = await Http.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Socket_FromAPageOfAnotherSite_IsRefused()
    {
        await fixture.StartAsync(servers, Index);

        var address = new UriBuilder(Http.BaseAddress!) { Scheme = "ws", Path = "/ws/runs" }.Uri;

        Assert.Equal("The server returned status code '403' when status code '101' was expected.", await MessageAsync(address));
    }

    [Fact]
    public async Task Api_IsTheControlPlanes()
    {
        await fixture.StartAsync(servers, Index);

        using var answer = await Http.GetAsync("/api/runs/none", Ct);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("run_not_found", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_OfAHostBuiltWithoutPages_SaysHowToGetThem()
    {
        await using var app = DashboardApp.Create([], Directory.CreateDirectory("no-pages").FullName, Configure(new Uri("http://127.0.0.1:1")));
        await app.StartAsync(Ct);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        using var page = await http.GetAsync("/", Ct);
        using var api = await http.GetAsync("/api/runs", Ct);
        using var health = await http.GetAsync("/health", Ct);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.StatusCode);
        Assert.Contains("ensure-tools.sh node", await page.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadGateway, api.StatusCode);
        Assert.Contains("urn:nextlayer:problem:control_plane_unreachable", await api.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    private static HttpRequestMessage Post(string header, string value, string name = "Made by a page")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/tenants") { Content = JsonContent.Create(new { name }) };
        request.Headers.TryAddWithoutValidation(header, value);
        return request;
    }

    private static async Task<string> MessageAsync(Uri address)
    {
        using var socket = new System.Net.WebSockets.ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", "https://evil.example");
        return (await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => socket.ConnectAsync(address, Ct))).Message;
    }

    private static Action<WebApplicationBuilder> Configure(Uri controlPlane) => builder =>
    {
        builder.Configuration.AddInMemoryCollection([new("urls", "http://127.0.0.1:0"), new("services:control-plane:http:0", controlPlane.ToString())]);
        builder.Logging.SetMinimumLevel(LogLevel.Error);
    };

    /// <summary>One host for the tests of this class, with pages of its own.</summary>
    public sealed class Fixture : IAsyncDisposable
    {
        private readonly SemaphoreSlim starting = new(1);
        private TestDatabase? database;
        private ControlPlaneHost? controlPlane;
        private WebApplication? app;
        private DirectoryInfo? pages;

        public HttpClient Http { get; private set; } = null!; // Set by StartAsync.

        public async Task StartAsync(Servers servers, string index)
        {
            await starting.WaitAsync(Ct);
            try
            {
                if (app is not null)
                    return;
                pages = Directory.CreateTempSubdirectory("pages");
                await File.WriteAllTextAsync(Path.Combine(pages.FullName, "index.html"), index, Ct);
                var assets = pages.CreateSubdirectory("assets");
                await File.WriteAllTextAsync(Path.Combine(assets.FullName, "app-1a2b.js"), "plain", Ct);
                await File.WriteAllTextAsync(Path.Combine(assets.FullName, "app-1a2b.js.br"), "packed", Ct);
                database = await servers.CreateDatabaseAsync();
                controlPlane = await ControlPlaneHost.StartAsync(database);
                app = DashboardApp.Create([], pages.FullName, Configure(controlPlane.Address));
                await app.StartAsync(Ct);
                Http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
            }
            finally
            {
                starting.Release();
            }
        }

        public async ValueTask DisposeAsync()
        {
            Http?.Dispose();
            if (app is not null)
                await app.DisposeAsync();
            if (controlPlane is not null)
                await controlPlane.DisposeAsync();
            if (database is not null)
                await database.DisposeAsync();
            pages?.Delete(recursive: true);
            starting.Dispose();
        }
    }
}
