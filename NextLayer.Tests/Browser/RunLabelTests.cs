using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace NextLayer.Tests.Browser;

/// <summary>Labels of runs: given in the run form, shown on the run, found by in the list, and set for many.</summary>
[Collection(BrowserTests.Name)]
public sealed partial class RunLabelTests(Site site)
{
    [Fact]
    public async Task Labels_AreGivenShownFoundAndSet()
    {
        await site.StartAsync();
        var line = await site.Demo.AddLineAsync("Labelled", """{"steps": ["only"]}""");
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync($"/start?version={line.VersionId}", "Start Labelled");

        await page.GetByLabel("Labels").FillAsync("env=prod\nbad");
        await Expect(page.GetByText("bad must be key=value.")).ToBeVisibleAsync();
        await page.GetByLabel("Labels").FillAsync("env=prod\nteam=a");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = "Labelled" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "team=a" })).ToBeVisibleAsync();
        Assert.Equal([], await visit.FlawsAsync());
        await visit.ShootAsync("journey-labels-run");
        await page.GetByRole(AriaRole.Link, new() { Name = "env=prod" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(EnvInAddress());

        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Select all that are shown" }).CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Set label…" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("1 of 1 selected can be labelled");
        await page.GetByRole(AriaRole.Dialog).GetByLabel("Label", new() { Exact = true }).FillAsync("seen=yes");
        Assert.Equal([], await visit.FlawsAsync());
        await visit.ShootAsync("journey-labels-bulk");
        await page.GetByRole(AriaRole.Button, new() { Name = "Label 1 run" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();
        await visit.OpenAsync("/runs?label=seen%3Dyes&label=team%3Da&window=all", "Runs");

        await Expect(page.GetByRole(AriaRole.Checkbox, new() { NameRegex = SelectRun() })).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove the filter seen=yes" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(TeamAlone());
        Assert.Equal([], visit.Complaints);
    }

    [GeneratedRegex("label=env%3Dprod")]
    private static partial Regex EnvInAddress();

    [GeneratedRegex(@"\?label=team%3Da&")]
    private static partial Regex TeamAlone();

    [GeneratedRegex("^Select run")]
    private static partial Regex SelectRun();
}
