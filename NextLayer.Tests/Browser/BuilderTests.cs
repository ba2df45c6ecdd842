using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace NextLayer.Tests.Browser;

/// <summary>Drawing a workflow, trying it out and publishing it.</summary>
[Collection(BrowserTests.Name)]
public sealed partial class BuilderTests(Site site)
{
    [Fact]
    public async Task StepsDrawnJoinedSetUp_ArePublished()
    {
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync("/pipelines", "Pipelines");
        await page.GetByRole(AriaRole.Button, new() { Name = "New pipeline" }).ClickAsync();
        await page.GetByLabel("Name required").FillAsync("Drawn by hand");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make it" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delay", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Complementary, new() { Name = "Set up Delay" }).GetByLabel("For", new() { Exact = true }).FillAsync("PT0.1S");
        await page.GetByRole(AriaRole.Button, new() { Name = "Transform", Exact = true }).ClickAsync();
        var panel = page.GetByRole(AriaRole.Complementary, new() { Name = "Set up Transform" });
        await panel.GetByLabel("Mode").SelectOptionAsync("object");
        await panel.GetByLabel("Output", new() { Exact = true }).FillAsync("""{"done": true}""");
        await Expect(page.GetByText("to mend before it can be published")).ToBeVisibleAsync(); // Nothing joins them yet.
        await page.Locator(".react-flow__node[data-id=delay] .source").DragToAsync(page.Locator(".react-flow__node[data-id=transform] .target"));

        await Expect(page.GetByText("Nothing is wrong with it.")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await visit.ShootAsync("journey-builder");
        await page.GetByRole(AriaRole.Button, new() { Name = "Publish…" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("delay → transform");
        await page.GetByLabel("Note").FillAsync("Tried with a delay of one second.");
        await visit.ShootAsync("journey-publish");
        await page.GetByRole(AriaRole.Button, new() { Name = "Publish", Exact = true }).ClickAsync();

        await Expect(page.GetByText("Approved", new() { Exact = true }).First).ToBeVisibleAsync();
        await Expect(page.GetByText("Tried with a delay of one second.")).ToBeVisibleAsync();
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task TwoPeopleAtOneDraft_NeitherOverwritesTheOtherUnasked()
    {
        await site.StartAsync();
        var line = await site.Demo.AddLineAsync("Drawn by two", """{"steps": [{"id": "first", "type": "delay", "config": {"duration": "PT1S"}}]}""", approved: false);
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync($"/pipelines/{line.PipelineId}/versions/{line.VersionId}/edit?step=first", "Drawn by two");
        await Expect(page.GetByText("Nothing is wrong with it.")).ToBeVisibleAsync();
        var title = page.GetByLabel("Title");

        await site.Demo.RedrawAsync(line, """{"nodes": [{"id": "first", "type": "delay", "data": {"label": "Theirs", "config": {"duration": "PT2S"}}}], "edges": []}""");
        await title.FillAsync("Mine");
        var conflict = page.GetByRole(AriaRole.Alert, new() { Name = "Somebody else has saved this draft" });
        await Expect(conflict).ToBeVisibleAsync();
        await visit.ShootAsync("journey-conflict");
        Assert.Equal([], await visit.FlawsAsync());
        await conflict.GetByRole(AriaRole.Button, new() { Name = "Take theirs" }).ClickAsync();
        await Expect(title).ToHaveValueAsync("Theirs");

        await site.Demo.RedrawAsync(line, """{"nodes": [{"id": "first", "type": "delay", "data": {"label": "Theirs again", "config": {"duration": "PT2S"}}}], "edges": []}""");
        await title.FillAsync("Mine after all");
        await conflict.GetByRole(AriaRole.Button, new() { Name = "Keep mine" }).ClickAsync();

        await Expect(conflict).ToBeHiddenAsync();
        await Expect(page.GetByText("Saved", new() { Exact = true })).ToBeVisibleAsync();
        Assert.Contains("Mine after all", await site.Demo.DrawnAsync(line), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TestOfTheDraft_ShowsInTheDrawingWhereItFailsAndWhatItGave()
    {
        await site.StartAsync();
        var line = await site.Demo.AddLineAsync("Tried out", """
            {"steps": [{"id": "total", "type": "transform", "config": {"mode": "object", "output": {"sum": "{{ input.amount }}"}}},
                       {"id": "share", "type": "inline_code", "config": {"language": "expression", "code": "100 / total.result.sum"}}]}
            """, approved: false);
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync($"/pipelines/{line.PipelineId}/versions/{line.VersionId}/edit", "Tried out");
        var test = page.GetByRole(AriaRole.Region, new() { Name = "The test", Exact = true });

        await page.GetByRole(AriaRole.Button, new() { Name = "Test…" }).ClickAsync();
        await page.GetByLabel("Input as JSON").FillAsync("""{"amount": 0}""");
        Assert.Equal([], await visit.FlawsAsync());
        await page.GetByRole(AriaRole.Button, new() { Name = "Start the test" }).ClickAsync();
        await Expect(test.GetByText("Failed", new() { Exact = true })).ToBeVisibleAsync();
        await test.GetByRole(AriaRole.Button, new() { Name = "Show share" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "In the test", Exact = true })).ToContainTextAsync("Division by zero");
        await visit.ShootAsync("journey-test-failed");

        await page.GetByLabel("Code required").FillAsync("total.result.sum + 1");
        await Expect(test.GetByText("The draft has changed since.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Test…" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Textbox, new() { Name = "Input as JSON" })).ToHaveValueAsync(FormerInput());
        await page.GetByRole(AriaRole.Button, new() { Name = "Start the test" }).ClickAsync();

        await Expect(test.GetByText("Succeeded", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Output of share in the test" })).ToContainTextAsync("1");
        await Expect(test.GetByText("The draft has changed since.")).ToBeHiddenAsync();
        await test.GetByRole(AriaRole.Link, new() { Name = "Open the run" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Test of the draft v1" }).ClickAsync();
        await Expect(test).ToBeVisibleAsync();
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task TestUpToAStep_RunsWithoutTheUnfinishedRest()
    {
        await site.StartAsync();
        var line = await site.Demo.AddLineAsync("Half drawn", """
            {"steps": [{"id": "total", "type": "transform", "config": {"mode": "object", "output": {"sum": 7}}}, {"id": "rest", "type": "http_request"}]}
            """, approved: false);
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync($"/pipelines/{line.PipelineId}/versions/{line.VersionId}/edit?step=total", "Half drawn");

        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Test…" })).ToBeDisabledAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Test up to this step" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Test v1 up to total" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Start the test" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Output of total in the test" })).ToContainTextAsync("7");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "The test", Exact = true }).GetByText("The draft has changed since.")).ToBeHiddenAsync();
        await Expect(page.Locator(".react-flow__node[data-id=rest]")).Not.ToContainTextAsync("Pending");
        await visit.ShootAsync("journey-test-upto");
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task TestOfOneStep_TakesWhatTheStepsBeforeItGaveTheLastTime()
    {
        await site.StartAsync();
        var line = await site.Demo.AddLineAsync("Spared", """
            {"steps": [{"id": "slow", "type": "transform", "config": {"mode": "object", "output": {"sum": 7}}},
                       {"id": "double", "type": "inline_code", "config": {"language": "expression", "code": "slow.result.sum * 2"}}]}
            """, approved: false);
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync($"/pipelines/{line.PipelineId}/versions/{line.VersionId}/edit?step=double", "Spared");
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Test v1 up to double" });

        await page.GetByRole(AriaRole.Button, new() { Name = "Test up to this step" }).ClickAsync();
        await Expect(dialog.GetByLabel("Steps before it")).ToBeHiddenAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Start the test" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Output of double in the test" })).ToContainTextAsync("14");
        var first = new Uri(page.Url).Query;
        await page.GetByRole(AriaRole.Button, new() { Name = "Test up to this step" }).ClickAsync();
        await Expect(dialog.GetByLabel("Steps before it")).Not.ToHaveValueAsync("");
        Assert.Equal([], await visit.FlawsAsync());
        await visit.ShootAsync("journey-test-spared");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Start the test" }).ClickAsync();
        await page.WaitForFunctionAsync("query => location.search !== query", first);
        await page.GetByRole(AriaRole.Link, new() { Name = "Open the run" }).ClickAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "Events" }).ClickAsync();

        await Expect(page.GetByText("slow not run: its output is that of run").First).ToBeVisibleAsync();
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task ValueOfTheLastRun_IsPutWhereTheCursorIs()
    {
        await site.StartAsync();
        var versions = await site.Demo.VersionsAsync(site.Demo.Orders.PipelineId);
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync($"/pipelines/{site.Demo.Orders.PipelineId}/versions/{versions["v2 draft"]}/edit?step=large", "Order intake");
        var expression = page.GetByLabel("Expression");

        await page.GetByText("Values to use here").ClickAsync();
        await expression.FillAsync("");
        await page.GetByTitle("Use {{ input.amount }}").ClickAsync();
        await expression.PressSequentiallyAsync(" > 250");

        await Expect(expression).ToHaveValueAsync("input.amount > 250");
        Assert.Equal([], visit.Complaints);
    }

    [GeneratedRegex("\"amount\": 0")]
    private static partial Regex FormerInput();
}
