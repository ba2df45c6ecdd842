using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace NextLayer.Tests.Browser;

/// <summary>What people come for, from beginning to end.</summary>
[Collection(BrowserTests.Name)]
public sealed partial class JourneyTests(Site site)
{
    private const string TwoSteps = """{"steps": ["first", {"id": "hold", "type": "delay", "config": {"duration": "PT1H"}}]}""";

    [Fact]
    public async Task RunForm_FilledIn_StartsARunWhoseGraphComesToItsEnd()
    {
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync($"/start?version={site.Demo.Orders.VersionId}", "Start Order intake");

        await page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();
        await Expect(page.GetByText("is required.").First).ToBeVisibleAsync();
        await page.GetByLabel("Customer").FillAsync("Grace Hopper");
        await page.GetByLabel("Amount").FillAsync("120.5");
        await page.GetByLabel("Express delivery").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Main).GetByText("Succeeded", new() { Exact = true }).First).ToBeVisibleAsync();
        await Expect(page.GetByText("5/5 steps")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "Input and output" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Input", Exact = true }).First).ToContainTextAsync("Grace Hopper");
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task Runs_NewAndCancelledOnes_ShowWithoutReload()
    {
        await site.StartAsync();
        var line = await site.Demo.AddLineAsync("Live list", TwoSteps);
        var first = await site.Demo.StartAsync(line);
        await site.Demo.UntilAsync(first, "PAUSED");
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync($"/runs?pipeline={line.PipelineId}", "Runs");
        await page.Mouse.MoveAsync(5, 5);
        await Expect(page.GetByText("Live", new() { Exact = true })).ToBeVisibleAsync();

        await site.Demo.StartAsync(line);
        await Expect(page.GetByRole(AriaRole.Checkbox, new() { NameRegex = SelectRun() })).ToHaveCountAsync(2);
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Select all that are shown" }).CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel…" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("2 of 2 selected can be cancelled");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel 2 runs" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Table).GetByText("Cancelled", new() { Exact = true })).ToHaveCountAsync(2);
        await page.GetByRole(AriaRole.Button, new() { NameRegex = FailedFilter() }).ClickAsync();
        await Expect(page.GetByText("No run fits these filters")).ToBeVisibleAsync();
        Assert.Contains("status=FAILED", page.Url, StringComparison.Ordinal);
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task FailedRun_OpensAtItsFirstFailureAndGoesBackInTime()
    {
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync($"/runs/{site.Demo.Failed}", "Supplier import");

        await Expect(page.GetByRole(AriaRole.Complementary, new() { Name = "Step fetch_prices" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Attempt 2" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Slider).FillAsync("2");

        await Expect(page.GetByText("You see the run as it was after event 2.")).ToBeVisibleAsync();
        await Expect(page.GetByText("It has not begun yet.")).ToBeVisibleAsync();
        Assert.Contains("seq=2", page.Url, StringComparison.Ordinal);
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task Log_SearchedAndFilteredByLevel_KeepsItsPlaceInTheAddress()
    {
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync($"/runs/{site.Demo.Failed}?tab=logs", "Supplier import");
        var log = page.GetByRole(AriaRole.Log);

        await Expect(log).ToContainTextAsync("Read page 1 of the price list");
        await page.GetByRole(AriaRole.Button, new() { Name = "Next error or warning" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(LineInAddress());
        await page.GetByLabel("Level").SelectOptionAsync("error");
        await page.GetByLabel("Search the log").FillAsync("refused");

        await Expect(log.Locator("mark")).ToHaveCountAsync(3);
        await Expect(log).Not.ToContainTextAsync("Read page");
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task Approval_OnAPhone_LetsTheRunGoOn()
    {
        await site.StartAsync();
        var runId = await site.Demo.StartAsync(site.Demo.Refund, new { amount = 12, reason = "Too small" });
        await site.Demo.UntilAsync(runId, "PAUSED");
        await using var visit = await site.VisitAsync(width: 360, height: 780);
        var page = visit.Page;
        await visit.OpenAsync($"/approvals?run={runId}", "Approvals");

        await page.GetByLabel("Comment").FillAsync("Looks right");
        await page.GetByLabel("Your name").FillAsync("ada");
        await page.GetByRole(AriaRole.Button, new() { Name = "Approve", Exact = true }).ClickAsync();

        await Expect(page.GetByText("Approved.")).ToBeVisibleAsync();
        await site.Demo.UntilAsync(runId, "SUCCEEDED");
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task ForEach_ItsRunsAreShownAndLeadBack()
    {
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync($"/runs/{site.Demo.Batch}?step=each", "Price every order");

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Items (7)" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Complementary, new() { Name = "Step each" }).GetByRole(AriaRole.Link).First.ClickAsync();
        await Expect(page.GetByText("Item 1 of each in")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new() { Name = site.Demo.Batch[^8..] }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Complementary, new() { Name = "Step each" })).ToBeVisibleAsync();
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task Timeline_OfALongWait_FoldsItAndShowsWhatDecidedTheEnd()
    {
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync($"/runs/{site.Demo.Waiting}?tab=timeline", "Refund approval");
        var idle = page.GetByRole(AriaRole.Button, new() { Name = "Idle time" });

        await Expect(idle).ToHaveAttributeAsync("aria-pressed", "true");
        await idle.ClickAsync();
        await Expect(idle).ToHaveAttributeAsync("aria-pressed", "false");
        await page.GetByRole(AriaRole.Button, new() { Name = "Critical path" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Listitem, new() { NameRegex = RequestStep() })).ToBeVisibleAsync();
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task Timeline_StretchDrawnAcross_FillsIt()
    {
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync($"/runs/{site.Demo.Failed}?tab=timeline", "Supplier import");
        var timeline = page.GetByRole(AriaRole.Region, new() { Name = "Timeline" });
        var less = page.GetByRole(AriaRole.Button, new() { Name = "Show more time" });
        var box = (await timeline.BoundingBoxAsync())!;

        await Expect(less).ToBeDisabledAsync();
        await page.Mouse.MoveAsync(box.X + box.Width * 0.6f, box.Y + 60);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + box.Width * 0.8f, box.Y + 60);
        await visit.ShootAsync("journey-timeline-brush");
        await page.Mouse.UpAsync();
        await Expect(less).ToBeEnabledAsync();
        await page.WaitForFunctionAsync("() => document.querySelector('[aria-label=Timeline]').scrollLeft > 0");
        await timeline.DblClickAsync(new() { Position = new() { X = box.Width * 0.6f, Y = 60 } });

        await Expect(less).ToBeDisabledAsync();
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task Runs_ViewSavedForEverybody_IsThereInAnotherBrowser()
    {
        await using var visit = await site.VisitAsync();
        await visit.OpenAsync("/runs?status=FAILED&window=7d", "Runs");
        await visit.ChooseTenantAsync("Acme Stores");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Views" }).ClickAsync();
        await visit.Page.GetByLabel("Name of a new view").FillAsync("Broken this week");
        await visit.Page.GetByLabel("For whom").SelectOptionAsync("all");
        await visit.ShootAsync("journey-views");
        Assert.Equal([], await visit.FlawsAsync());
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Broken this week", Exact = true })).ToBeVisibleAsync();

        await using var other = await site.VisitAsync();
        await other.OpenAsync("/runs", "Runs");
        await other.ChooseTenantAsync("Acme Stores");
        await other.Page.GetByRole(AriaRole.Button, new() { Name = "Views" }).ClickAsync();
        await other.Page.GetByRole(AriaRole.Button, new() { Name = "Broken this week", Exact = true }).ClickAsync();

        await Expect(other.Page).ToHaveURLAsync(SavedSearch());
        Assert.Equal([], visit.Complaints.Concat(other.Complaints));
    }

    [Fact]
    public async Task Keyboard_ReachesPagesPaletteAndMap()
    {
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync("/", "Overview");

        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("w");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = "Workers" })).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("?");
        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Keyboard shortcuts" })).ToBeVisibleAsync();
        Assert.Equal([], await visit.FlawsAsync());
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("Control+k");
        await page.GetByPlaceholder("A page, a pipeline").FillAsync("Refund");
        await Expect(page.GetByRole(AriaRole.Option, new() { Name = "Refund approval" })).ToBeVisibleAsync();
        await visit.ShootAsync("journey-palette");
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = "Refund approval" })).ToBeVisibleAsync();
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task Schedule_IsMadeWithItsNextTimesInSight()
    {
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync("/triggers", "Triggers");

        await page.GetByRole(AriaRole.Button, new() { Name = "New schedule" }).First.ClickAsync();
        await page.GetByLabel("Pipeline required").SelectOptionAsync(site.Demo.Import.PipelineId);
        await page.GetByLabel("When required").FillAsync("30 9 * * MON");
        await page.GetByLabel("In the zone").SelectOptionAsync("Europe/Berlin");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Next times" }).GetByRole(AriaRole.Listitem)).ToHaveCountAsync(10);
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Schedules" })).ToContainTextAsync("30 9 * * MON");
        await visit.ShootAsync("journey-schedule");
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task Connector_IsMadeAndRefusedWithItsReason()
    {
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync("/connectors", "Connectors");

        await page.GetByRole(AriaRole.Button, new() { Name = "New connector" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await page.GetByLabel("Connects to").FillAsync("warehouse");
        await page.GetByLabel("Settings", new() { Exact = true }).FillAsync("""{"base_url": "https://example.com"}""");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "warehouse", Exact = true })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Tenant_IsMadeWithAFacility()
    {
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync("/tenants", "Tenants");

        await page.GetByRole(AriaRole.Button, new() { Name = "New tenant" }).ClickAsync();
        await page.GetByLabel("Name required").FillAsync("Corner Shop");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Corner Shop", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await page.GetByLabel("Name required").FillAsync("Kiosk");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Button, new() { NameRegex = Kiosk() }).First).ToBeVisibleAsync();
        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task Markup_InEverythingPeopleCanWrite_StaysText()
    {
        const string Evil = "<img src=x onerror=\"window.hacked=1\"><script>window.hacked=1</script>";
        await site.StartAsync();
        var steps = """
            {"steps": [
              {"id": "step", "label": EVIL, "type": "transform", "config": {"mode": "object", "output": {"echo": "{{ input.text }}"}}},
              {"id": "ask", "type": "wait_for_approval", "config": {"title": EVIL, "instructions": EVIL}}]}
            """.Replace("EVIL", System.Text.Json.JsonSerializer.Serialize(Evil), StringComparison.Ordinal);
        var line = await site.Demo.AddLineAsync(Evil, steps, description: Evil);
        var runId = await site.Demo.StartAsync(line, new { text = Evil });
        await site.Demo.UntilAsync(runId, "PAUSED");
        await site.Demo.PostAsync($"/api/runs/{runId}/logs", new { lines = new[] { new { level = "error", message = Evil, source = "step", step_id = "step" } } });
        var tenant = await site.Demo.PostAsync("/api/tenants", new { name = Evil, slug = "evil_tenant" });
        await site.Demo.PostAsync("/api/facilities", new { tenant_id = tenant, name = Evil });
        await site.Demo.PostAsync("/api/connector-instances", new { tenant_id = site.Demo.TenantId, connector_type = "evil", config = new { note = Evil }, secrets_ref = Evil });
        await using var visit = await site.VisitAsync();

        foreach (var path in new[] { $"/runs/{runId}?tab=logs", $"/runs/{runId}?tab=events", $"/runs/{runId}?tab=steps", $"/runs/{runId}?tab=timeline", $"/tenants?open={tenant}", "/connectors", "/triggers?tab=webhooks", $"/runs?q={Uri.EscapeDataString(Evil)}",  $"/runs/{runId}?step=step", $"/runs/{runId}?tab=data", "/runs", "/", "/approvals", "/pipelines", $"/pipelines/{line.PipelineId}", $"/pipelines/{line.PipelineId}/versions/{line.VersionId}/edit?step=step", "/start" })
        {
            await visit.Page.GotoAsync(path);
            await visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1, IncludeHidden = true }).WaitForAsync();
            await visit.Page.WaitForFunctionAsync("() => !document.querySelector('.skeleton')");
            Assert.False(await visit.Page.EvaluateAsync<bool>("() => 'hacked' in window"), path);
        }

        Assert.Equal([], visit.Complaints);
    }

    [Fact]
    public async Task Instructions_InMarkdown_AreSetAsSuch_AndRunNothing()
    {
        await site.StartAsync();
        const string Instructions = """
            # Before you decide
            Look at **the order**:

            - [the order](https://shop.example/orders/7)
            - [a trap](javascript:window.hacked=1)
            - ![a picture](https://shop.example/7.png)

            <b>not bold</b>
            """;
        var line = await site.Demo.AddLineAsync("Read first", System.Text.Json.JsonSerializer.Serialize(
            new { steps = new[] { new { id = "ask", type = "wait_for_approval", config = new { title = "Ship it?", instructions = Instructions } } } }));
        var runId = await site.Demo.StartAsync(line);
        await site.Demo.UntilAsync(runId, "PAUSED");
        await using var visit = await site.VisitAsync(width: 360, height: 780);
        await visit.OpenAsync($"/approvals?run={runId}&step=ask", "Approvals");
        var card = visit.Page.GetByRole(AriaRole.Article, new() { Name = "Ship it?" });

        await Expect(card.Locator("strong")).ToHaveTextAsync("the order");
        await Expect(card.GetByRole(AriaRole.Link, new() { Name = "the order" })).ToHaveAttributeAsync("href", "https://shop.example/orders/7");
        await Expect(card.GetByRole(AriaRole.Link, new() { Name = "a picture" })).ToHaveAttributeAsync("target", "_blank");
        await Expect(card.GetByText("a trap")).ToBeVisibleAsync();
        await Expect(card.GetByRole(AriaRole.Link, new() { Name = "a trap" })).ToHaveCountAsync(0);
        await Expect(card).ToContainTextAsync("<b>not bold</b>");
        await Expect(card.Locator("img, b")).ToHaveCountAsync(0);
        Assert.Equal([], await visit.FlawsAsync());
        await visit.ShootAsync("journey-instructions");
        Assert.Equal([], visit.Complaints);
    }

    [GeneratedRegex("^Select run")]
    private static partial Regex SelectRun();

    [GeneratedRegex("^Failed")]
    private static partial Regex FailedFilter();

    [GeneratedRegex("line=\\d+")]
    private static partial Regex LineInAddress();

    [GeneratedRegex("^request:")]
    private static partial Regex RequestStep();

    [GeneratedRegex("status=FAILED&window=7d$")]
    private static partial Regex SavedSearch();

    [GeneratedRegex("^Kiosk")]
    private static partial Regex Kiosk();
}
