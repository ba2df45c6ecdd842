using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace NextLayer.Tests.Browser;

/// <summary>Links to approvals: made on the card, used on a phone by somebody whom nobody knows.</summary>
[Collection(BrowserTests.Name)]
public sealed class ApprovalLinkPageTests(SecuredSite site)
{
    [Fact]
    public async Task Link_MadeOnTheCard_LetsAGuestDecideOnAPhone()
    {
        await using var visit = await site.VisitAsync();
        await site.SignInAsync(visit, SecuredSite.AdminKey);
        var runId = await WaitingRunAsync();
        var page = visit.Page;
        await visit.OpenAsync($"/approvals?run={runId}", "Approvals");
        await page.GetByRole(AriaRole.Button, new() { Name = "Links…" }).ClickAsync();
        await page.GetByLabel("Who decides by it").FillAsync("grace@example.test");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a link" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Listitem)).ToContainTextAsync("grace@example.test");
        Assert.Equal([], await visit.FlawsAsync());
        await visit.ShootAsync("journey-approval-links");
        await page.GetByRole(AriaRole.Button, new() { Name = "Copy", Exact = true }).ClickAsync();
        await Expect(page.GetByText("Link copied.")).ToBeVisibleAsync();
        var address = await page.EvaluateAsync<string>("() => navigator.clipboard.readText()");

        await using var guest = await site.VisitAsync(width: 360, height: 780);
        await guest.OpenAsync(address, "Your decision");
        await Expect(guest.Page.GetByText("You decide as grace@example.test, for Acme Stores.")).ToBeVisibleAsync();
        await guest.Page.GetByLabel("Comment").FillAsync("Looks right");
        await guest.ShootAsync("journey-decide-phone");
        await guest.Page.GetByRole(AriaRole.Button, new() { Name = "Approve", Exact = true }).ClickAsync();
        await Expect(guest.Page.GetByText("You approved.")).ToBeVisibleAsync();
        Assert.Equal([], await guest.FlawsAsync());
        await guest.ShootAsync("journey-decided-phone");

        await site.Demo.UntilAsync(runId, "SUCCEEDED");
        Assert.Equal([], guest.Complaints); // Nobody asked who they are.
        await guest.Page.ReloadAsync();
        await Expect(guest.Page.GetByText("You approved.")).ToBeVisibleAsync();
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task Link_WithdrawnOrCutOff_SaysSoAndShowsNothing()
    {
        await using var visit = await site.VisitAsync();
        await site.SignInAsync(visit, SecuredSite.AdminKey);
        var runId = await WaitingRunAsync();
        var link = await site.Demo.InviteAsync(runId, "grace@example.test");
        await visit.OpenAsync($"/runs/{runId}?step=decide", "Refund approval");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Links…" }).First.ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Withdraw the link of grace@example.test" }).ClickAsync();
        await Expect(visit.Page.GetByText("No link to this approval can be used now.")).ToBeVisibleAsync();

        await using var guest = await site.VisitAsync(dark: true, width: 360, height: 780);
        await guest.OpenAsync(link, "Your decision");
        await Expect(guest.Page.GetByText("This link can no longer be used")).ToBeVisibleAsync();
        await guest.ShootAsync("journey-link-withdrawn-phone-dark");
        await guest.OpenAsync("/decide#nla_cut", "Your decision");
        await Expect(guest.Page.GetByText("This link does not work")).ToBeVisibleAsync();

        await Expect(guest.Page.GetByText("euros?")).ToHaveCountAsync(0);
        Assert.Equal([], await guest.FlawsAsync());
        Assert.Equal([], visit.Complaints);
    }

    private async Task<string> WaitingRunAsync()
    {
        var runId = await site.Demo.StartAsync(site.Demo.Refund, new { amount = 12, reason = "Too small" });
        await site.Demo.UntilAsync(runId, "PAUSED");
        return runId;
    }
}
