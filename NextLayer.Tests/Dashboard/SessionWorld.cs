using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NextLayer.Dashboard;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.Dashboard;

/// <summary>The dashboard's host before a control plane that says what it was given. Use its helpers statically.</summary>
internal sealed class SessionWorld : IAsyncDisposable
{
    /// <summary>The one credential that the control plane knows.</summary>
    public const string Key = "nlk_k1_s3cret";

    private readonly DirectoryInfo keys = Directory.CreateTempSubdirectory("session-keys");
    private readonly DirectoryInfo pages = Directory.CreateTempSubdirectory("no-pages");
    private WebApplication backend = null!; // Set by OpenAsync.

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ManualClock Clock { get; } = new();

    /// <summary>Where hosts started from now on look for the control plane.</summary>
    public Uri ControlPlane { get; set; } = null!; // Set by OpenAsync.

    /// <summary>When the credential ends; null when it does not.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    public bool AuthOff { get; set; }

    /// <summary>Starts the control plane.</summary>
    public async ValueTask OpenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([new("urls", "http://127.0.0.1:0")]);
        builder.Logging.ClearProviders();
        backend = builder.Build();
        backend.UseWebSockets();
        backend.MapGet("/alive", () => "alive");
        backend.MapGet("/api/v1/me", (HttpRequest request) => AuthOff || request.Headers.Authorization == $"Bearer {Key}"
            ? Results.Json(new { subject = "k1", auth_required = !AuthOff, expires_at = ExpiresAt })
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
        ControlPlane = new Uri(backend.Urls.First());
    }

    /// <summary>Starts a host; several share the keys of their sessions.</summary>
    public Task<WebApplication> StartAsync(params (string Key, string Value)[] settings) => StartAsync(_ => { }, settings);

    public async Task<WebApplication> StartAsync(Action<IServiceCollection> configure, params (string Key, string Value)[] settings)
    {
        var host = DashboardApp.Create([], pages.FullName, builder =>
        {
            builder.Configuration.AddInMemoryCollection(
            [
                new("urls", "http://127.0.0.1:0"),
                new("services:control-plane:http:0", ControlPlane.ToString()),
                new("Session:KeyFolder", keys.FullName),
                .. settings.Select(setting => KeyValuePair.Create<string, string?>(setting.Key, setting.Value)),
            ]);
            builder.Services.AddSingleton<TimeProvider>(Clock);
            builder.Logging.ClearProviders();
            configure(builder.Services);
        });
        await host.StartAsync(Ct);
        return host;
    }

    public static HttpClient Client(WebApplication host, out CookieContainer cookies)
    {
        cookies = new CookieContainer();
#pragma warning disable CA2000 // The client disposes of it.
        return new HttpClient(new SocketsHttpHandler { CookieContainer = cookies }) { BaseAddress = new Uri(host.Urls.First()) };
#pragma warning restore CA2000
    }

    public static async Task SignInAsync(HttpClient http)
    {
        using var answer = await http.PostAsJsonAsync("/session", new { credential = Key }, Ct);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    /// <summary>What the control plane was given as <c>Authorization</c>.</summary>
    public static async Task<string?> AuthorizationAsync(HttpClient http) =>
        (await http.GetFromJsonAsync<JsonElement>("/api/echo", Ct)).GetProperty("authorization").GetString();

    /// <summary>A request as a page of the dashboard makes it.</summary>
    public static HttpRequestMessage OfOurPage(HttpMethod method, string path, WebApplication host)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Origin", new Uri(host.Urls.First()).GetLeftPart(UriPartial.Authority));
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        return request;
    }

    public static async Task<string?> ProblemAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("type").GetString();

    public async ValueTask DisposeAsync()
    {
        await backend.DisposeAsync();
        keys.Delete(recursive: true);
        pages.Delete(recursive: true);
    }
}
