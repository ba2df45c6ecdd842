using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace NextLayer.Tests.Browser;

/// <summary>The list of runs: narrowing it by what it shows, and doing something about what is found.</summary>
[Collection(BrowserTests.Name)]
public sealed partial class RunListTests(Site site)
{
    /// <summary>The list draws only the rows in view, and other tests start runs meanwhile: a test asks for the row it means.</summary>
    private string OnlyTheFailedRun => $"/runs?q={site.Demo.Failed}";

    [Fact]
    public async Task Row_NarrowsTheListByItsCellsAndByItsMenu()
    {
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync(OnlyTheFailedRun, "Runs");
        var row = page.GetByRole(AriaRole.Row).Filter(new() { HasText = site.Demo.Failed[^8..] });

        await row.GetByText("Supplier import").HoverAsync();
        await row.GetByRole(AriaRole.Button, new() { Name = "Only runs of this pipeline" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(PipelineInAddress());
        await row.GetByRole(AriaRole.Button, new() { NameRegex = MoreAbout() }).ClickAsync();
        await visit.ShootAsync("journey-row-menu");
        Assert.Equal([], await visit.FlawsAsync());
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Only runs with this error" }).ClickAsync();

        await Expect(page.GetByLabel("Run id or error text")).Not.ToHaveValueAsync(site.Demo.Failed);
        await Expect(page.GetByLabel("Run id or error text")).Not.ToHaveValueAsync("");
        await Expect(row).ToBeVisibleAsync();
        await row.GetByRole(AriaRole.Button, new() { NameRegex = MoreAbout() }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Copy its id" }).ClickAsync();
        Assert.Equal(site.Demo.Failed, await page.EvaluateAsync<string>("() => navigator.clipboard.readText()"));
        Assert.Contains("/runs?", page.Url, StringComparison.Ordinal); // The row itself was not opened.
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task WorkerAndLength_NarrowTheListFromCellMenuAndWorkersPage()
    {
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync(OnlyTheFailedRun + "&window=all", "Runs");
        var row = page.GetByRole(AriaRole.Row).Filter(new() { HasText = site.Demo.Failed[^8..] });

        await row.GetByRole(AriaRole.Button, new() { NameRegex = MoreAbout() }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { NameRegex = OfTheWorker() }).ClickAsync();
        await Expect(page).ToHaveURLAsync(WorkerInAddress());
        await Expect(row).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Filters", Exact = true }).ClickAsync();
        await page.GetByLabel("Took", new() { Exact = true }).SelectOptionAsync("1 day or longer");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByText("No run fits these filters")).ToBeVisibleAsync();
        Assert.Equal([], await visit.FlawsAsync());
        await visit.ShootAsync("journey-long-runs");
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove the filter Took 1 day or longer" }).ClickAsync();
        await Expect(row).ToBeVisibleAsync();
        await visit.OpenAsync("/workers", "Workers");
        await page.GetByRole(AriaRole.Table).GetByRole(AriaRole.Link).First.ClickAsync();

        await Expect(page).ToHaveURLAsync(WorkerInAddress());
        await Expect(page.GetByRole(AriaRole.Button, new() { NameRegex = RemoveWorker() })).ToBeVisibleAsync();
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task Run_ThatChangesBeforeTheStreamBegins_IsShownAsItIs()
    {
        var (line, runId) = await AskingAsync("Between");
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        var begin = await HoldStreamAsync(page);
        await visit.OpenAsync($"/runs?pipeline={line.PipelineId}", "Runs");
        var row = page.GetByRole(AriaRole.Row).Filter(new() { HasText = runId[^8..] });
        await Expect(row.GetByText("Paused", new() { Exact = true })).ToBeVisibleAsync();

        await site.Demo.PostAsync($"/api/v1/runs/{runId}/resume", new { step_id = "ask" });
        await site.Demo.UntilAsync(runId, "SUCCEEDED");
        await begin();

        await Expect(row.GetByText("Succeeded", new() { Exact = true })).ToBeVisibleAsync();
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task Run_ThatLeavesTheListBeforeTheStreamBegins_IsNotShownAnyMore()
    {
        var (line, runId) = await AskingAsync("Leaving");
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        var begin = await HoldStreamAsync(page);
        await visit.OpenAsync($"/runs?pipeline={line.PipelineId}&status=PAUSED", "Runs");
        var row = page.GetByRole(AriaRole.Row).Filter(new() { HasText = runId[^8..] });
        await Expect(row).ToBeVisibleAsync();

        await site.Demo.PostAsync($"/api/v1/runs/{runId}/resume", new { step_id = "ask" });
        await site.Demo.UntilAsync(runId, "SUCCEEDED");
        await begin();

        await Expect(page.GetByText("No run fits these filters")).ToBeVisibleAsync();
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task News_ThatComesBeforeTheFirstPage_IsNotLost()
    {
        var (line, runId) = await AskingAsync("Sooner");
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        var (joined, told, release) = (Signal(), Signal(), Signal());
        var reads = 0;
        await page.RouteAsync(ListRead(), async read =>
        {
            var answer = await read.FetchAsync(); // As the run is now.
            if (Interlocked.Increment(ref reads) == 1)
                await release.Task;
            await read.FulfillAsync(new() { Response = answer });
        });
        page.WebSocket += (_, socket) => socket.FrameReceived += (_, frame) =>
        {
            if (frame.Text?.Contains("\"snapshot\"", StringComparison.Ordinal) is true)
                joined.TrySetResult();
            if (frame.Text?.Contains("\"SUCCEEDED\"", StringComparison.Ordinal) is true && frame.Text.Contains(runId, StringComparison.Ordinal))
                told.TrySetResult();
        };
        await page.Clock.InstallAsync();
        await page.GotoAsync($"/runs?pipeline={line.PipelineId}");
        await joined.Task;
        await site.Demo.PostAsync($"/api/v1/runs/{runId}/resume", new { step_id = "ask" });
        await told.Task;
        await page.Clock.RunForAsync(1_000); // News are gathered for a while before they are shown.
        release.SetResult();

        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = runId[^8..] }).GetByText("Succeeded", new() { Exact = true })).ToBeVisibleAsync();
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task List_IsAskedForWhileThePageIsOnItsWay_AndNotAgainWhenItComes()
    {
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        var release = Signal();
        var reads = new ConcurrentQueue<string>();
        // Both the stream and its absence have the list read once more, a little later.
        await page.RouteWebSocketAsync(ListSocket(), _ => { });
        await page.AddInitScriptAsync("const real = setInterval; window.setInterval = (run, ms, ...rest) => (ms === 2000 ? 0 : real(run, ms, ...rest))");
        await page.RouteAsync(ListRead(), async read =>
        {
            reads.Enqueue(read.Request.Url);
            await read.ContinueAsync();
        });
        await page.RouteAsync(ListPart(), async part =>
        {
            await release.Task;
            await part.ContinueAsync();
        });
        var answer = page.WaitForResponseAsync(ListRead());
        await page.GotoAsync("/runs", new() { WaitUntil = WaitUntilState.Commit });
        await (await answer).FinishedAsync();
        release.SetResult();

        await Expect(page.GetByRole(AriaRole.Checkbox, new() { NameRegex = SelectRun() }).First).ToBeVisibleAsync();
        Assert.Equal(reads.Distinct(), reads); // The next page, or a window that began a minute later, is another question.
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task SelectedRuns_AreRunAgainOnce()
    {
        await site.StartAsync();
        var line = await site.Demo.AddLineAsync("Run twice", """{"steps": ["only"]}""");
        var first = await site.Demo.StartAsync(line);
        await site.Demo.UntilAsync(first, "SUCCEEDED");
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync($"/runs?pipeline={line.PipelineId}", "Runs");

        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Select all that are shown" }).CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Run again…" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("1 of 1 selected can be run again");
        await page.GetByRole(AriaRole.Button, new() { Name = "Run again 1 run" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Checkbox, new() { NameRegex = SelectRun() })).ToHaveCountAsync(2);
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task List_OnASmallDesk_LeavesOutColumnsInsteadOfGrowingBeyondTheWindow()
    {
        foreach (var width in new[] { 800, 1100, 1280 })
        {
            await using var visit = await site.VisitAsync(width: width);
            await visit.OpenAsync("/runs", "Runs");

            Assert.True(await visit.FitsAsync(), $"wider than {width} pixels");
            await Expect(visit.Page.GetByRole(AriaRole.Columnheader, new() { Name = "Pipeline" })).ToBeVisibleAsync();
            await visit.ShootAsync($"runs-{width}");
        }
    }

    [Fact]
    public async Task Tenant_WithoutAPipeline_IsOfferedAnExampleThatRunsAtOnce()
    {
        await site.StartAsync();
        await site.Demo.PostAsync("/api/tenants", new { name = "Brand new" });
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync("/runs", "Runs");
        await visit.ChooseTenantAsync("Brand new");

        await Expect(page.GetByText("No pipeline yet")).ToBeVisibleAsync();
        Assert.Equal([], await visit.FlawsAsync());
        await visit.ShootAsync("journey-no-pipeline");
        await page.GetByRole(AriaRole.Button, new() { Name = "Try an example" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = "Branch by amount" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Main).GetByText("Succeeded", new() { Exact = true }).First).ToBeVisibleAsync();
        Assert.Equal([], visit.Complaints);
    }

    /// <summary>Starts a run of a pipeline of its own, which waits for somebody's decision.</summary>
    private async Task<(Demo.Line Line, string RunId)> AskingAsync(string name)
    {
        await site.StartAsync();
        var line = await site.Demo.AddLineAsync(name, """{"steps": [{"id": "ask", "type": "wait_for_approval"}]}""");
        var runId = await site.Demo.StartAsync(line);
        await site.Demo.UntilAsync(runId, "PAUSED");
        return (line, runId);
    }

    /// <summary>
    /// The stream opens, and begins when told. Until then every read of the list gives what the first gave, so that a page
    /// that asks because nothing is live learns nothing by it.
    /// </summary>
    private static async Task<Func<Task>> HoldStreamAsync(IPage page)
    {
        var opened = new TaskCompletionSource<IWebSocketRoute>(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = new TaskCompletionSource<IAPIResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        var (reads, begun) = (0, false);
        await page.RouteWebSocketAsync(ListSocket(), socket => opened.TrySetResult(socket));
        await page.RouteAsync(ListRead(), async read =>
        {
            if (Volatile.Read(ref begun))
            {
                await read.ContinueAsync();
                return;
            }

            if (Interlocked.Increment(ref reads) == 1)
                first.SetResult(await read.FetchAsync());
            await read.FulfillAsync(new() { Response = await first.Task });
        });
        return async () =>
        {
            var socket = await opened.Task;
            Volatile.Write(ref begun, true);
            socket.Send("""{"type": "snapshot", "counts": {}, "count_limit": 1000}""");
        };
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [GeneratedRegex("/ws/runs\\?")]
    private static partial Regex ListSocket();

    [GeneratedRegex("/assets/RunsPage")]
    private static partial Regex ListPart();

    [GeneratedRegex("/api/runs\\?")]
    private static partial Regex ListRead();

    [GeneratedRegex("pipeline=")]
    private static partial Regex PipelineInAddress();

    [GeneratedRegex("^More about run")]
    private static partial Regex MoreAbout();

    [GeneratedRegex("worker=")]
    private static partial Regex WorkerInAddress();

    [GeneratedRegex("^Only runs of the worker ")]
    private static partial Regex OfTheWorker();

    [GeneratedRegex("^Remove the filter Worker: ")]
    private static partial Regex RemoveWorker();

    [GeneratedRegex("^Select run")]
    private static partial Regex SelectRun();
}
