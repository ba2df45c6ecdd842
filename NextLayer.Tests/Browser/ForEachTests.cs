using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace NextLayer.Tests.Browser;

/// <summary>How far runs are: steps in the list, items of a for-each in the graph and in the timeline.</summary>
[Collection(BrowserTests.Name)]
public sealed class ForEachTests(Site site)
{
    private const string Parcels = """
        {"steps": [{"id": "each", "type": "for_each", "config": {"items": ["p1", "p2", "p3"], "concurrency": 3,
                    "body": {"steps": [{"id": "sent", "type": "wait_for_event", "config": {"event": "parcel.sent", "correlation_key": "{{ item }}"}}]}}},
                   "end"]}
        """;

    [Fact]
    public async Task ForEach_ItemsThatEnd_AreCountedInTheGraphWithoutReload()
    {
        await site.StartAsync();
        var runId = await site.Demo.StartAsync(await site.Demo.AddLineAsync("Parcels", Parcels));
        await site.Demo.UntilAsync(runId, "PAUSED");
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync($"/runs/{runId}", "Parcels");
        var node = page.Locator(".react-flow__node[data-id=each]");

        await Expect(node).ToContainTextAsync("0/3");
        await site.Demo.PostAsync("/api/v1/events", new { name = "parcel.sent", correlation_key = "p2" });
        await Expect(node).ToContainTextAsync("1/3");
        await visit.ShootAsync("journey-for-each");
        foreach (var key in new[] { "p1", "p3" })
            await site.Demo.PostAsync("/api/v1/events", new { name = "parcel.sent", correlation_key = key });

        await Expect(node).ToContainTextAsync("3/3");
        await Expect(page.GetByRole(AriaRole.Main).GetByText("Succeeded", new() { Exact = true }).First).ToBeVisibleAsync();
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task Timeline_OfAForEach_OpensIntoItsItems()
    {
        await site.StartAsync();
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync($"/runs/{site.Demo.Batch}?tab=timeline", "Price every order");
        var timeline = page.GetByRole(AriaRole.Region, new() { Name = "Timeline" });
        var items = timeline.GetByRole(AriaRole.Button, new() { Name = "Items of each" });

        await Expect(items).ToHaveAttributeAsync("aria-expanded", "false");
        await items.ClickAsync();
        await Expect(timeline.GetByRole(AriaRole.Link, new() { Name = "Item 2" })).ToBeVisibleAsync();
        Assert.Equal([], await visit.FlawsAsync());
        await visit.ShootAsync("journey-timeline-items");
        await timeline.GetByRole(AriaRole.Link, new() { Name = "Item 2" }).ClickAsync();

        await Expect(page.GetByText("Item 2 of")).ToBeVisibleAsync();
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task RunsList_ShowsHowManyStepsAreThrough()
    {
        await site.StartAsync();
        var line = await site.Demo.AddLineAsync("Halfway", """{"steps": ["a", "b", {"id": "c", "type": "wait_for_event", "config": {"event": "never"}}, "d"]}""");
        var runId = await site.Demo.StartAsync(line);
        await site.Demo.UntilAsync(runId, "PAUSED");
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync($"/runs?pipeline={line.PipelineId}", "Runs");

        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "Halfway" }).GetByText("2/4", new() { Exact = true })).ToBeVisibleAsync();
        await visit.ShootAsync("journey-progress");
        await page.GetByRole(AriaRole.Row, new() { Name = "Halfway" }).GetByRole(AriaRole.Link).ClickAsync();
        await page.GetByRole(AriaRole.Region, new() { Name = "Why it is not running" }).GetByRole(AriaRole.Button, new() { Name = "Go on without it…" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Go on without it" }).ClickAsync();
        await page.GoBackAsync();

        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "Halfway" }).GetByText("4/4", new() { Exact = true })).ToBeVisibleAsync();
        Assert.Equal([], visit.Complaints);
    }
}
