using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace NextLayer.Tests.Browser;

/// <summary>The pages where somebody must sign in: who they are, what they may do, and what others cannot do for them.</summary>
[Collection(BrowserTests.Name)]
public sealed partial class SignInTests(SecuredSite site)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task DeepLink_LeadsToTheSignInAndBack_AndTheKeyStaysOutOfThePage()
    {
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await page.GotoAsync("/runs?status=FAILED");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Sign in to NextLayer" })).ToBeVisibleAsync();
        Assert.Equal([], await visit.FlawsAsync());
        await visit.ShootAsync("sign-in-light");

        await page.GetByLabel("API key or token").FillAsync("nlk_nobodyknowsit_0123456789012345678901234567890123456789");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByText("does not know this key or token")).ToBeVisibleAsync();
        await page.GetByLabel("API key or token").FillAsync($"Bearer {SecuredSite.AdminKey}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = "Runs" })).ToBeVisibleAsync();
        Assert.EndsWith("/runs?status=FAILED", page.Url, StringComparison.Ordinal);
        await Expect(page.GetByText("Live", new() { Exact = true })).ToBeVisibleAsync(); // The WebSocket has the credential too.
        var readable = await page.EvaluateAsync<string>("() => document.cookie + JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }) + document.documentElement.outerHTML");
        Assert.DoesNotContain(SecuredSite.AdminKey[^20..], readable, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Account_TellsWhoOneIs_AndSigningOutForgetsIt()
    {
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await site.SignInAsync(visit, SecuredSite.AdminKey);

        await page.GetByRole(AriaRole.Button, new() { NameRegex = Account() }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Menu)).ToContainTextAsync("Whole installation");
        await visit.ShootAsync("account-light");
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Sign out" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Sign in to NextLayer" })).ToBeVisibleAsync();
        await page.GotoAsync("/pipelines");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Sign in to NextLayer" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task SignInPage_InTheDarkAndOnAPhone_IsAccessibleAndFits()
    {
        foreach (var (look, dark, width) in new[] { ("dark", true, 1440), ("phone", false, 360), ("phone-dark", true, 360) })
        {
            await using var visit = await site.VisitAsync(dark, width, 780);
            await visit.Page.GotoAsync("/sign-in");
            await visit.Page.GetByLabel("API key or token").WaitForAsync();
            await visit.ShootAsync($"sign-in-{look}");
            Assert.Equal([], await visit.FlawsAsync());
            Assert.True(await visit.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"));
        }
    }

    [Theory]
    [InlineData("//evil.example/")]
    [InlineData("https://evil.example/")]
    [InlineData("javascript:window.hacked=1")]
    public async Task SignIn_LeadsToNoOtherSite(string to)
    {
        await using var visit = await site.VisitAsync();
        await visit.Page.GotoAsync($"/sign-in?to={Uri.EscapeDataString(to)}");
        await visit.Page.GetByLabel("API key or token").FillAsync(SecuredSite.AdminKey);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = "Overview" })).ToBeVisibleAsync();
        Assert.Equal(site.Address.ToString(), visit.Page.Url);
        Assert.False(await visit.Page.EvaluateAsync<bool>("() => 'hacked' in window"));
    }

    [Fact]
    public async Task Viewer_SeesWhatTheyMayNotDoAndWhy()
    {
        var key = await site.MakeKeyAsync("Looks on", "viewer");
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await site.SignInAsync(visit, key.Secret);

        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Audit" })).ToHaveCountAsync(0);
        await visit.OpenAsync($"/runs/{site.Demo.Failed}", "Supplier import");
        var retry = page.GetByRole(AriaRole.Button, new() { Name = "Retry from the failure" });
        await Expect(retry).ToHaveAttributeAsync("aria-disabled", "true");
        await retry.FocusAsync();
        await Expect(page.GetByRole(AriaRole.Tooltip)).ToContainTextAsync("You may not cancel or retry runs: you are a viewer in Acme Stores.");
        Assert.Equal([], await visit.FlawsAsync());
        await retry.ClickAsync(new() { Force = true });
        await visit.OpenAsync("/audit", "Audit");
        await Expect(page.GetByText("You may not see this page")).ToBeVisibleAsync();
        await visit.ShootAsync("no-permission-light");
        await visit.OpenAsync("/start", "Start a run");
        await Expect(page.GetByText("You may not start runs")).ToBeVisibleAsync();
        await visit.OpenAsync("/connectors", "Connectors");

        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "New connector" }).First).ToHaveAttributeAsync("aria-disabled", "true");
        Assert.True(visit.Complaints.Count == 0, string.Join("\n", visit.Complaints));
    }

    [Fact]
    public async Task Key_IsMadeShownOnceAndRevoked_AndItsSessionEnds()
    {
        await using var admin = await site.VisitAsync();
        await site.SignInAsync(admin, SecuredSite.AdminKey);
        var page = admin.Page;
        await admin.OpenAsync($"/keys?tenant={site.Demo.TenantId}", "API keys");

        await page.GetByRole(AriaRole.Button, new() { Name = "New key" }).First.ClickAsync();
        await page.GetByLabel("Name required").FillAsync("Night shift");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the key" }).ClickAsync();
        var shown = page.GetByRole(AriaRole.Dialog).Locator("code").First;
        await Expect(shown).ToContainTextAsync("nlk_");
        var secret = await shown.InnerTextAsync();
        Assert.Equal([], await admin.FlawsAsync());
        await admin.ShootAsync("journey-new-key");
        await page.GetByRole(AriaRole.Button, new() { Name = "I have kept it" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "API keys" })).ToContainTextAsync("Night shift");
        await Expect(page.GetByText(secret)).ToHaveCountAsync(0);

        await using var shift = await site.VisitAsync();
        await site.SignInAsync(shift, secret);
        await shift.OpenAsync("/workers", "Workers");
        await page.GetByRole(AriaRole.Button, new() { Name = "Revoke Night shift" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Revoke", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "API keys" }).GetByText("Revoked")).ToBeVisibleAsync();

        // The page asks again by itself, is refused, and leads to the sign-in.
        await Expect(shift.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in to NextLayer" })).ToBeVisibleAsync(new() { Timeout = 30_000 });
        Assert.Contains("to=", shift.Page.Url, StringComparison.Ordinal);
        Assert.Equal([], admin.Complaints);
    }

    [Fact]
    public async Task Member_IsAddedGivenAnotherRoleAndRemoved_AndTheAuditLogKnows()
    {
        await using var visit = await site.VisitAsync();
        await site.SignInAsync(visit, SecuredSite.AdminKey);
        var page = visit.Page;
        await visit.OpenAsync($"/members?tenant={site.Demo.TenantId}", "Members");

        await page.GetByRole(AriaRole.Button, new() { Name = "Add a member" }).First.ClickAsync();
        await page.GetByLabel("Known as required").FillAsync("grace-1");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Grace Hopper");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        var role = page.GetByLabel("Role of Grace Hopper");
        await Expect(role).ToHaveValueAsync("viewer");
        await role.SelectOptionAsync("operator");
        await Expect(page.GetByText("Grace Hopper is operator now.")).ToBeVisibleAsync();
        await visit.ShootAsync("journey-members");
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove Grace Hopper" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove", Exact = true }).ClickAsync();
        await Expect(role).ToHaveCountAsync(0);

        await visit.OpenAsync($"/audit?tenant={site.Demo.TenantId}&object_type=member", "Audit");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Audit log" }).GetByRole(AriaRole.Button, new() { NameRegex = Details() })).ToHaveCountAsync(3);
        await page.GetByRole(AriaRole.Button, new() { NameRegex = Details() }).First.ClickAsync();
        await Expect(page.GetByText("API key", new() { Exact = true }).Last).ToBeVisibleAsync();
        await visit.ShootAsync("journey-audit");
        Assert.Equal([], visit.Complaints);
    }

    [Theory]
    [InlineData("members", "/members?tenant={tenant}", "Members")]
    [InlineData("keys", "/keys?tenant={tenant}", "API keys")]
    [InlineData("audit", "/audit?tenant={tenant}", "Audit")]
    public async Task Page_OfAdministrators_IsAccessibleAndFits(string name, string path, string heading)
    {
        await site.StartAsync();
        var flaws = new List<string>();
        foreach (var (look, dark, width, height) in EveryPageTests.Looks)
        {
            await using var visit = await site.VisitAsync(dark, width, height);
            await site.SignInAsync(visit, SecuredSite.AdminKey);
            await visit.OpenAsync(path.Replace("{tenant}", site.Demo.TenantId, StringComparison.Ordinal), heading);
            await visit.ShootAsync($"{name}-{look}");
            flaws.AddRange((await visit.FlawsAsync()).Concat(visit.Complaints).Select(flaw => $"{look}: {flaw}"));
            if (!await visit.FitsAsync())
                flaws.Add($"{look}: wider than {width} pixels");
        }

        Assert.True(flaws.Count == 0, string.Join("\n", flaws));
    }

    [Fact]
    public async Task PageOfAnotherSite_CanNeitherWriteNorListenNorReadForSomebodyWhoIsSignedIn()
    {
        await using var visit = await site.VisitAsync();
        await site.SignInAsync(visit, SecuredSite.AdminKey);
        await using var evil = await EvilAsync(site.Address); // Known once somebody has visited.

        // Another port of this machine is the same site, as cookies see it: the session's cookie goes along.
        await visit.Page.GotoAsync(evil.Urls.First());
        var outcome = await visit.Page.EvaluateAsync<JsonElement>(
            """
            async (target) => {
              const attempt = async (path, options) => { try { const answer = await fetch(target + path, { credentials: "include", ...options }); return `${answer.type} ${answer.status}`; } catch { return "blocked"; } };
              const socket = () => new Promise((done) => { const s = new WebSocket(target.replace("http", "ws") + "ws/runs"); s.onopen = () => done("open"); s.onerror = () => done("refused"); });
              return {
                post: await attempt("api/pipeline/stop", { method: "POST", mode: "no-cors" }),
                plain: await attempt("api/tenants", { method: "POST", mode: "no-cors", headers: { "Content-Type": "text/plain" }, body: "{\"name\": \"Evil\"}" }),
                out: await attempt("session", { method: "DELETE" }),
                read: await attempt("api/runs"),
                socket: await socket(),
              };
            }
            """, site.Address.ToString());
        await visit.Page.ClickAsync("#send");
        await visit.Page.WaitForURLAsync("**/api/pipeline/stop");
        var form = await visit.Page.ContentAsync();

        Assert.Contains("cross_site", form, StringComparison.Ordinal);
        Assert.Equal("refused", outcome.GetProperty("socket").GetString());
        Assert.Equal("blocked", outcome.GetProperty("out").GetString());
        Assert.Equal("blocked", outcome.GetProperty("read").GetString());
        Assert.Equal("running", (await site.Http.GetFromJsonAsync<JsonElement>("/api/pipeline", Ct)).GetProperty("pipeline").GetProperty("state").GetString());
        Assert.DoesNotContain("Evil", await site.Http.GetStringAsync("/api/tenants", Ct), StringComparison.Ordinal);
        await visit.OpenAsync("/engine", "Engine"); // Still signed in.
    }

    private static async Task<WebApplication> EvilAsync(Uri target)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([new("urls", "http://127.0.0.1:0")]);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapGet("/", () => Results.Content($"""<form method="post" action="{target}api/pipeline/stop"><button id="send">Win a prize</button></form>""", "text/html"));
        await app.StartAsync(Ct);
        return app;
    }

    [GeneratedRegex("^Account:")]
    private static partial Regex Account();

    [GeneratedRegex("^Details of")]
    private static partial Regex Details();
}
