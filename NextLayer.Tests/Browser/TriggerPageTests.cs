using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace NextLayer.Tests.Browser;

/// <summary>Schedules and webhooks: what they will do, what they have done, and doing it by hand.</summary>
[Collection(BrowserTests.Name)]
public sealed partial class TriggerPageTests(Site site)
{
    [Fact]
    public async Task Schedule_IsRunNow_AndTellsItsTimesAndWhenClocksChange()
    {
        await site.StartAsync();
        var line = await site.Demo.AddLineAsync("Monthly close", """{"steps": [{"id": "sum", "type": "transform", "config": {"mode": "object", "output": {"month": "{{ input.month }}"}}}]}""");
        // On the first of ten months: clocks change at least once between them.
        await site.Demo.PostAsync("/api/v1/triggers/schedule", new { workflow_id = line.VersionId, name = "Close the books", cron = "0 9 1 * *", timezone = "Europe/Berlin", input = new { month = "May" } });
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync("/triggers", "Triggers");
        var row = page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Close the books" });

        await row.GetByRole(AriaRole.Button, new() { Name = "Its times, and what became of them" }).ClickAsync();
        var times = page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Region, new() { Name = "Next times" });
        await Expect(times.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(10);
        await Expect(times.GetByText(ClocksChange()).First).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Its first time has not come yet.");
        Assert.Equal([], await visit.FlawsAsync());
        await visit.ShootAsync("journey-schedule-times");
        await page.GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();
        await row.GetByRole(AriaRole.Button, new() { Name = "Make up for past times" }).ClickAsync();
        await page.GetByLabel("From").FillAsync("2026-02-27T00:00");
        await page.GetByLabel("To").FillAsync("2026-04-02T00:00");
        var past = page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Region, new() { Name = "Planned times" });
        await Expect(past).ToContainTextAsync("2 planned times, none with a run");
        await Expect(past).ToContainTextAsync("clocks forward 1 h before it");
        Assert.Equal([], await visit.FlawsAsync());
        await visit.ShootAsync("journey-schedule-backfill");
        await page.GetByRole(AriaRole.Button, new() { Name = "Queue 2 runs" }).ClickAsync();
        await Expect(page.GetByText("2 runs were queued. Of the stretch's 2, 2 have ended.")).ToBeVisibleAsync();
        await visit.ShootAsync("journey-schedule-backfill-done");
        await page.SetViewportSizeAsync(360, 740);
        await visit.ShootAsync("journey-schedule-backfill-phone");
        await page.SetViewportSizeAsync(1440, 900);
        await page.GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();
        await row.GetByRole(AriaRole.Button, new() { Name = "Run it now" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("May");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start it" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = "Monthly close" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "Input and output" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Input", Exact = true }).Last).ToContainTextAsync("May");
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task Webhook_ItsCallsAreRunAgain_AndItsSecretIsReplacedAtOnce()
    {
        await site.StartAsync();
        var line = await site.Demo.AddLineAsync("Called from outside", """{"steps": ["only"]}""");
        using (var call = await site.Http.PostAsync($"/api/v1/triggers/webhook/{line.VersionId}", JsonContent.Create(new { order = 7 }), TestContext.Current.CancellationToken))
            call.EnsureSuccessStatusCode();
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync($"/triggers?tab=webhooks&open={line.VersionId}", "Triggers");
        await Expect(page.GetByText("Accepted")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Redeliver" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("a delivery and a run of its own");
        await page.GetByRole(AriaRole.Button, new() { Name = "Deliver again" }).ClickAsync();
        await Expect(page.GetByText("Accepted")).ToHaveCountAsync(2);
        await Expect(page.GetByText(DeliveredAgain())).ToBeVisibleAsync();
        await visit.ShootAsync("journey-webhook-redelivered");
        await page.SetViewportSizeAsync(360, 740);
        Assert.True(await visit.FitsAsync());
        await visit.ShootAsync("journey-webhook-redelivered-phone");
        await page.SetViewportSizeAsync(1440, 900);
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a secret…" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Make it" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Change the secret…" }).ClickAsync();
        await page.GetByLabel("The secret of before").SelectOptionAsync("0");
        Assert.Equal([], await visit.FlawsAsync());
        await visit.ShootAsync("journey-webhook-secret");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make it" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeHiddenAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/triggers/webhook/{line.VersionId}/settings") { Headers = { { "X-Tenant-Id", site.Demo.TenantId } } };
        using var settings = await site.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(1, (await settings.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("secrets").GetArrayLength());
        await page.GetByRole(AriaRole.Link, new() { Name = "Again…" }).First.ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = "Start Called from outside" })).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Input as JSON")).ToHaveValueAsync(Order());
        Assert.Equal([], visit.Complaints);
    }

    [GeneratedRegex("^clocks (forward|back) 1 h before it$")]
    private static partial Regex ClocksChange();

    [GeneratedRegex("^delivery [0-9a-f]{8} again$")]
    private static partial Regex DeliveredAgain();

    [GeneratedRegex("\"order\": 7")]
    private static partial Regex Order();
}
