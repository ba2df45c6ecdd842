using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace NextLayer.Tests.Browser;

/// <summary>The page of the providers: quota, costs, and what a pipeline lacks before it can run.</summary>
[Collection(BrowserTests.Name)]
public sealed class ProviderTests(Site site)
{
    [Fact]
    public async Task Providers_TellTheQuotaAndWhatAPipelineLacks()
    {
        await site.StartAsync();
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync($"/providers?tenant={site.Demo.TenantId}", "Providers");

        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Runs today" })).ToContainTextAsync("no daily limit");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Costs" })).ToContainTextAsync("No costs in this time");
        await Expect(page.GetByText("Needs a connector of type bigquery")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Run…" }).First).ToBeDisabledAsync();
        await visit.ShootAsync("journey-providers");

        Assert.Equal([], await visit.FlawsAsync());
        Assert.Equal([], visit.Complaints);
    }
}
