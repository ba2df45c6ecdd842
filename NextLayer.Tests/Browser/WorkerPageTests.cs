using System.Text.Json;
using Microsoft.Playwright;
using NextLayer.Tests.Worker.Support;
using static Microsoft.Playwright.Assertions;

namespace NextLayer.Tests.Browser;

[Collection(BrowserTests.Name)]
public sealed class WorkerPageTests(Site site)
{
    [Fact]
    public async Task Worker_ShowsTheRunsThatItHolds()
    {
        await site.StartAsync();
        var answer = new TaskCompletionSource();
        await using var slow = await StandIn.StartAsync(_ => answer.Task);
        var line = await site.Demo.AddLineAsync("Slow partner", JsonSerializer.Serialize(new
        {
            steps = new[] { new { id = "ask", type = "http_request", config = new { method = "GET", url = slow.Url("/") } } },
        }));
        var runId = await site.Demo.StartAsync(line);
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync("/workers", "Workers");

        await page.GetByRole(AriaRole.Button, new() { Name = "Runs of" }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = runId[^8..] })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Workers" })).ToContainTextAsync("Slow partner");
        Assert.Equal([], await visit.FlawsAsync());
        await visit.ShootAsync("journey-worker");
        var drained = page.GetByRole(AriaRole.Row).Filter(new() { Has = page.GetByRole(AriaRole.Button, new() { Name = "Runs of", Expanded = true }) });
        await drained.GetByRole(AriaRole.Button, new() { Name = "Drain" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("It finishes its one run and gets nothing new until it is resumed.");
        await visit.ShootAsync("journey-worker-drain");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Drain" }).ClickAsync();
        await Expect(drained).ToContainTextAsync("Draining");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "No worker takes runs" })).ToContainTextAsync("All workers drain");
        answer.SetResult();
        await site.Demo.UntilAsync(runId, "SUCCEEDED");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Workers" })).ToContainTextAsync("Drained");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = runId[^8..] })).ToBeHiddenAsync();
        Assert.Equal([], await visit.FlawsAsync());
        await visit.ShootAsync("journey-worker-drained");
        await page.SetViewportSizeAsync(360, 740);
        Assert.True(await visit.FitsAsync());
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Resume" })).ToBeInViewportAsync();
        await visit.ShootAsync("journey-worker-drained-phone");
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Resume" })).ToBeHiddenAsync();

        Assert.Equal([], visit.Complaints);
    }
}
