using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace NextLayer.Tests.Browser;

/// <summary>Connectors of a type that is known: their form, their secrets, and the test of the connection.</summary>
[Collection(BrowserTests.Name)]
public sealed class ConnectorTests(Site site)
{
    private const string Canary = "sk-canary-0f3b";

    [Fact]
    public async Task Secret_IsSetReplacedAndNeverShown_AndTheConnectionIsTested()
    {
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync("/connectors", "Connectors");

        await page.GetByRole(AriaRole.Button, new() { Name = "New connector" }).First.ClickAsync();
        await page.GetByLabel("Connects to").FillAsync("OpenAI-compatible"); // By its label, as people know it.
        await page.GetByLabel("Base address").FillAsync("http://127.0.0.1:1/v1");
        await page.GetByLabel("API key", new() { Exact = true }).FillAsync(Canary);
        Assert.Equal([], await visit.FlawsAsync());
        await visit.ShootAsync("journey-connector");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        var row = page.GetByRole(AriaRole.Row).Filter(new() { HasText = "OpenAI-compatible" });
        await Expect(row).ToContainTextAsync("api_key");
        await row.GetByRole(AriaRole.Button, new() { Name = "Test" }).ClickAsync();
        await Expect(row.GetByLabel("Does not work")).ToBeVisibleAsync();
        await visit.ShootAsync("journey-connectors");

        await row.GetByRole(AriaRole.Button, new() { Name = "OpenAI-compatible" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("set");
        Assert.DoesNotContain(Canary, await page.ContentAsync(), StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove API key" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();

        await Expect(row).Not.ToContainTextAsync("api_key");
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task SigningSecret_IsReplaced_AndTheOldOneIsUsedForAsLongAsWasChosen()
    {
        await site.StartAsync();
        await site.Demo.PostAsync("/api/connector-instances", new { tenant_id = site.Demo.TenantId, connector_type = "webhook", config = new { url = "https://example.com/in" }, secrets = new { signing_secret = "whsec_b2xkIG9sZCBvbGQgb2xkIG9sZCBvbGQ=" } });
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync("/connectors", "Connectors");

        await page.GetByRole(AriaRole.Button, new() { Name = "Webhook receiver" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Replace" }).ClickAsync();
        await Expect(page.GetByLabel("The old signing secret")).ToBeHiddenAsync();
        await page.GetByLabel("Signing secret", new() { Exact = true }).FillAsync("whsec_bmV3IG5ldyBuZXcgbmV3IG5ldyBuZXc=");
        await page.GetByLabel("The old signing secret").SelectOptionAsync("604800");
        Assert.Equal([], await visit.FlawsAsync());
        await visit.ShootAsync("journey-rotation");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeHiddenAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Webhook receiver" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("the one before is used until in 6 d");
        Assert.Equal([], visit.Complaints);
    }
}
