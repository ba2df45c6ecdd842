using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace NextLayer.Tests.Browser;

/// <summary>One run: what it waits for, its log, and who has steered it.</summary>
[Collection(BrowserTests.Name)]
public sealed partial class RunDetailTests(Site site)
{
    [Theory]
    [InlineData("timeline")]
    [InlineData("steps")]
    [InlineData("events")]
    public async Task Part_MadeOfEvents_SaysNothingBeforeTheyHaveCome_AndAsksForThemWhereTheStreamIsSilent(string tab)
    {
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await page.RouteWebSocketAsync(RunSocket(), _ => { }); // Opens, and says nothing.
        await page.RouteAsync(EventsRead(), async read =>
        {
            await release.Task;
            await read.ContinueAsync();
        });

        await page.GotoAsync($"/runs/{site.Demo.Succeeded}?tab={tab}");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = "Order intake" })).ToBeVisibleAsync();
        var part = page.GetByRole(AriaRole.Tabpanel);

        await Expect(part.Locator(".skeleton").First).ToBeVisibleAsync();
        await Expect(part).ToHaveTextAsync("");

        release.SetResult();
        await Expect(part.Locator(".skeleton")).ToHaveCountAsync(0);
        await Expect(part).Not.ToHaveTextAsync("");
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task Run_WithoutAStream_IsFollowedToItsEndByAsking()
    {
        await site.StartAsync();
        var line = await site.Demo.AddLineAsync("Far away", """{"steps": [{"id": "ask", "type": "wait_for_approval"}]}""");
        var runId = await site.Demo.StartAsync(line);
        await site.Demo.UntilAsync(runId, "PAUSED");
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await page.RouteWebSocketAsync(RunSocket(), socket => socket.CloseAsync());
        await visit.OpenAsync($"/runs/{runId}?tab=events", "Far away");
        await Expect(page.GetByText("Polling", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Tabpanel)).ToContainTextAsync("waits");

        await site.Demo.PostAsync($"/api/v1/runs/{runId}/resume", new { step_id = "ask" });

        await Expect(page.GetByRole(AriaRole.Main).GetByText("Succeeded", new() { Exact = true }).First).ToBeVisibleAsync();
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task Wait_ForATime_CountsDownAndEndsByHand()
    {
        await site.StartAsync();
        // What comes after a delay may read what it gives.
        var line = await site.Demo.AddLineAsync("Pause and tell", """
            {"steps": [{"id": "pause", "type": "delay", "config": {"duration": "PT1H"}},
                       {"id": "told", "type": "inline_code", "config": {"language": "expression", "code": "pause.waited_ms > 0 && pause.resumed_at != pause.due_at"}}]}
            """);
        var runId = await site.Demo.StartAsync(line);
        await site.Demo.UntilAsync(runId, "PAUSED");
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync($"/runs/{runId}", "Pause and tell");
        var strip = page.GetByRole(AriaRole.Region, new() { Name = "Why it is not running" });

        await Expect(strip).ToContainTextAsync(InMinutes());
        await strip.GetByRole(AriaRole.Button, new() { Name = "Go on now" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "End this wait now?" })).ToContainTextAsync("pause");
        Assert.Equal([], await visit.FlawsAsync());
        await visit.ShootAsync("journey-go-on");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Go on now" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Main).GetByText("Succeeded", new() { Exact = true }).First).ToBeVisibleAsync();
        await Expect(strip).ToBeHiddenAsync();
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task PauseBeforeTheNextAttempt_EndsByOneClick()
    {
        await site.StartAsync();
        var line = await site.Demo.AddLineAsync("Closed door", """
            {"steps": [{"id": "knock", "type": "http_request", "config": {"method": "GET", "url": "http://127.0.0.1:1/"},
                        "retry": {"max_attempts": 3, "backoff": "fixed", "initial_seconds": 3600, "jitter": 0}}]}
            """);
        var runId = await site.Demo.StartAsync(line);
        await site.Demo.UntilAsync(runId, "PAUSED");
        await using var visit = await site.VisitAsync(width: 360, height: 780);
        var page = visit.Page;
        await visit.OpenAsync($"/runs/{runId}?tab=steps&step=knock", "Closed door");
        var strip = page.GetByRole(AriaRole.Region, new() { Name = "Why it is not running" });
        var panel = page.GetByRole(AriaRole.Complementary, new() { Name = "Step knock" });

        await Expect(panel.GetByRole(AriaRole.Button, new() { Name = "Retry now" })).ToBeVisibleAsync();
        Assert.Equal([], await visit.FlawsAsync());
        await visit.ShootAsync("journey-retry-now");
        await strip.GetByRole(AriaRole.Button, new() { Name = "Retry now" }).ClickAsync();
        await Expect(panel.GetByRole(AriaRole.Link, new() { Name = "Attempt 2" })).ToBeVisibleAsync();
        await panel.GetByRole(AriaRole.Button, new() { Name = "Retry now" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Main).GetByText("Failed", new() { Exact = true }).First).ToBeVisibleAsync();
        await Expect(panel.GetByRole(AriaRole.Button, new() { Name = "Retry now" })).ToBeHiddenAsync();
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task Wait_ForAnEventThatNeverComes_TakesWhatAPersonGivesForIt()
    {
        await site.StartAsync();
        var line = await site.Demo.AddLineAsync("Paid order", """
            {"steps": [{"id": "paid", "type": "wait_for_event", "config": {"event": "order.paid"}},
                       {"id": "sum", "type": "inline_code", "config": {"language": "expression", "code": "paid.payload.amount + 1"}}]}
            """);
        var runId = await site.Demo.StartAsync(line);
        await site.Demo.UntilAsync(runId, "PAUSED");
        await using var visit = await site.VisitAsync(width: 360, height: 780);
        var page = visit.Page;
        await visit.OpenAsync($"/runs/{runId}?tab=steps&step=paid", "Paid order");

        await page.GetByRole(AriaRole.Complementary, new() { Name = "Step paid" }).GetByRole(AriaRole.Button, new() { Name = "Go on without it…" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Output as JSON").FillAsync("[");
        await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Go on without it" })).ToBeDisabledAsync();
        await dialog.GetByLabel("Output as JSON").FillAsync("""{"payload": {"amount": 41}}""");
        await visit.ShootAsync("journey-go-on-phone");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Go on without it" }).ClickAsync();
        await site.Demo.UntilAsync(runId, "SUCCEEDED");
        await page.GetByRole(AriaRole.Tab, new() { Name = "Input and output" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Output of the steps", Exact = true }).Last).ToContainTextAsync("42");
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task Approval_BesideAnotherWait_IsStillAskedForInPlace()
    {
        await site.StartAsync();
        var line = await site.Demo.AddLineAsync("Two waits", """
            {"nodes": [{"id": "start", "type": "transform", "data": {"config": {"mode": "object", "output": {}}}},
                       {"id": "hour", "type": "delay", "data": {"config": {"duration": "PT1H"}}},
                       {"id": "ask", "type": "wait_for_approval", "data": {"config": {"title": "May it?"}}}],
             "edges": [{"id": "e1", "source": "start", "target": "hour"}, {"id": "e2", "source": "start", "target": "ask"}]}
            """);
        var runId = await site.Demo.StartAsync(line);
        await site.Demo.UntilAsync(runId, "PAUSED");
        await using var visit = await site.VisitAsync();
        await visit.OpenAsync($"/runs/{runId}", "Two waits");

        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "May it?" })).ToBeVisibleAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Go on now" })).ToBeVisibleAsync();
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task Log_CountsItsLevels_TellsTimesFromTheStart_AndIsSavedWhole()
    {
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync($"/runs/{site.Demo.Failed}?tab=logs&level=error", "Supplier import");
        var level = page.GetByLabel("Level");

        await Expect(level).ToContainTextAsync(ErrorsCounted());
        await page.GetByRole(AriaRole.Button, new() { Name = "Tell the time since the start" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Log).GetByText(SinceStart()).First).ToBeVisibleAsync();
        await visit.ShootAsync("journey-log");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save the log" }).ClickAsync();
        Assert.Equal([], await visit.FlawsAsync());
        var saved = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Menuitem, new() { Name = "The whole log, as JSON lines" }).ClickAsync());

        var lines = await File.ReadAllLinesAsync(await saved.PathAsync(), TestContext.Current.CancellationToken);
        Assert.True(lines.Length >= 60, $"{lines.Length} lines");
        Assert.Contains(lines, line => line.Contains("Read page 1 of the price list", StringComparison.Ordinal)); // Not only the errors that are shown.
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task Audit_OfARunThatWasCancelled_SaysSoAndLeadsToTheLog()
    {
        await site.StartAsync();
        var runId = await site.Demo.StartAsync(site.Demo.Nightly);
        await site.Demo.UntilAsync(runId, "PAUSED");
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync($"/runs/{runId}", "Nightly report");

        await page.Keyboard.PressAsync("t");
        await page.Keyboard.PressAsync("a");
        await Expect(page.GetByText("Nobody has touched it since")).ToBeVisibleAsync();
        await site.Demo.PostAsync($"/api/runs/{runId}/cancel", new { reason = "Not needed" });
        var table = page.GetByRole(AriaRole.Region, new() { Name = "Audit log" });
        await Expect(table).ToContainTextAsync("Cancel run");
        Assert.Equal([], await visit.FlawsAsync());
        await visit.ShootAsync("journey-run-audit");
        await page.GetByRole(AriaRole.Link, new() { Name = "In the audit log" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = "Audit" })).ToBeVisibleAsync();
        await Expect(page.GetByLabel("With the id")).ToHaveValueAsync(runId);
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task Attempt_InTheAddress_IsTheOneThatStandsOut()
    {
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync($"/runs/{site.Demo.Failed}?tab=steps&step=fetch_prices", "Supplier import");

        await Expect(page.GetByText("Nobody answered at this address from where the worker runs.").First).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Attempt 1" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(FirstAttempt());
        Assert.Equal([], await visit.FlawsAsync());
        await visit.ShootAsync("journey-attempt");
        await page.GetByRole(AriaRole.Button, new() { Name = "Close the step" }).ClickAsync();

        Assert.DoesNotContain("attempt=", page.Url, StringComparison.Ordinal);
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task Version_ThatIsNotTheNewestAnyMore_IsComparedWithIt()
    {
        await site.StartAsync();
        var line = await site.Demo.AddLineAsync("Grown", """{"steps": ["one"]}""");
        var runId = await site.Demo.StartAsync(line);
        await site.Demo.UntilAsync(runId, "SUCCEEDED");
        await site.Demo.AddVersionAsync(line.PipelineId, "v2", """{"steps": ["one", "two"]}""");
        await using var visit = await site.VisitAsync();
        await visit.OpenAsync($"/runs/{runId}", "Grown");

        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "(now v2: compare)" }).ClickAsync();

        await Expect(visit.Page.GetByLabel("Compare with")).ToHaveValueAsync(line.VersionId);
        await Expect(visit.Page.GetByText("one → two")).ToBeVisibleAsync();
        Assert.Equal([], visit.Complaints);
    }

    [GeneratedRegex("tab=steps&step=fetch_prices&attempt=1")]
    private static partial Regex FirstAttempt();

    [GeneratedRegex(@"in 59 min \d\d s")]
    private static partial Regex InMinutes();

    [GeneratedRegex(@"error \([1-9]\d*\)")]
    private static partial Regex ErrorsCounted();

    [GeneratedRegex("/api/runs/[^/]+/events")]
    private static partial Regex EventsRead();

    [GeneratedRegex("/ws/runs/")]
    private static partial Regex RunSocket();

    [GeneratedRegex(@"^[+−]\d+:\d\d\.\d{3}$")]
    private static partial Regex SinceStart();
}
