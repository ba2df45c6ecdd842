using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using NextLayer.Tests.AppHost;
using static NextLayer.Tests.Dashboard.SessionWorld;

namespace NextLayer.Tests.Dashboard;

/// <summary>What a session gives, and when it ends.</summary>
public sealed class SessionTests : IAsyncLifetime
{
    private readonly SessionWorld world = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => world.OpenAsync();

    [Fact]
    public async Task SignOut_CallsGoOnWithoutACredential()
    {
        await using var host = await world.StartAsync();
        using var http = Client(host, out var cookies);
        await SignInAsync(http);

        using var request = OfOurPage(HttpMethod.Delete, "/session", host);
        using var answer = await http.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Empty(cookies.GetAllCookies());
        Assert.Null(await AuthorizationAsync(http));
    }

    [Fact]
    public async Task Session_OfAnotherReplicaWithTheSameKeys_IsKnown()
    {
        await using var first = await world.StartAsync();
        await using var second = await world.StartAsync();
        using var http = Client(first, out var cookies);
        await SignInAsync(http);
        using var other = Client(second, out var theirs);
        theirs.Add(new Uri(second.Urls.First()), cookies.GetAllCookies());

        Assert.Equal($"Bearer {Key}", await AuthorizationAsync(other));
    }

    [Fact]
    public async Task Session_ForgedOrOfOtherKeys_IsNone()
    {
        await using var host = await world.StartAsync();
        using var http = Client(host, out var cookies);
        cookies.Add(new Uri(host.Urls.First()), new Cookie("nextlayer_session", "CfDJ8Forged"));

        Assert.Null(await AuthorizationAsync(http));
    }

    [Fact]
    public async Task Session_OfSomebodyIdle_EndsAndThatOfSomebodyBusyGoesOn()
    {
        await using var host = await world.StartAsync();
        using var idle = Client(host, out _);
        using var busy = Client(host, out _);
        await SignInAsync(idle);
        await SignInAsync(busy);

        world.Clock.Advance(TimeSpan.FromHours(8));
        Assert.Equal($"Bearer {Key}", await AuthorizationAsync(busy));
        world.Clock.Advance(TimeSpan.FromHours(8));

        Assert.Null(await AuthorizationAsync(idle));
        Assert.Equal($"Bearer {Key}", await AuthorizationAsync(busy));
    }

    [Fact]
    public async Task Session_OfATokenThatExpires_EndsWithItHoweverBusy()
    {
        world.ExpiresAt = world.Clock.GetUtcNow().AddHours(1);
        await using var host = await world.StartAsync();
        using var http = Client(host, out _);
        await SignInAsync(http);

        world.Clock.Advance(TimeSpan.FromMinutes(50));
        Assert.Equal($"Bearer {Key}", await AuthorizationAsync(http));
        world.Clock.Advance(TimeSpan.FromMinutes(11));

        Assert.Null(await AuthorizationAsync(http));
    }

    [Fact]
    public async Task Call_WithACredentialOfItsOwn_KeepsIt()
    {
        await using var host = await world.StartAsync();
        using var http = Client(host, out _);
        await SignInAsync(http);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/echo");
        request.Headers.Add("X-API-Key", "nlk_other_key");

        using var answer = await http.SendAsync(request, Ct);
        var echo = await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);

        Assert.Equal("nlk_other_key", echo.GetProperty("key").GetString());
        Assert.Equal(JsonValueKind.Null, echo.GetProperty("authorization").ValueKind);
    }

    [Fact]
    public async Task Call_OneReplicaAway_GoesToTheOther()
    {
        var alive = world.ControlPlane;
        world.ControlPlane = new Uri("http://127.0.0.1:1");
        await using var host = await world.StartAsync(("services:control-plane:http:1", alive.ToString()));
        using var http = Client(host, out _);

        // By chance, ten in a row hardly ever go to the same of two.
        await Eventually.TrueAsync(async () =>
        {
            for (var calls = 0; calls < 10; calls++)
            {
                using var answer = await http.GetAsync("/api/echo", Ct);
                if (answer.StatusCode != HttpStatusCode.OK)
                    return false;
            }

            return true;
        }, "calls go to the replica that lives");
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();
}
