namespace NextLayer.Tests.Browser;

/// <summary>What holds for all pages: in both themes, on a desk and on a phone.</summary>
[Collection(BrowserTests.Name)]
public sealed class EveryPageTests(Site site)
{
    /// <summary>Name, whether dark, width and height.</summary>
    internal static IReadOnlyList<(string Look, bool Dark, int Width, int Height)> Looks { get; } =
        [("light", false, 1440, 900), ("dark", true, 1440, 900), ("phone", false, 360, 780), ("phone-dark", true, 360, 780)];

    public static TheoryData<string, string, string> Pages => new()
    {
        { "overview", "/", "Overview" },
        { "runs", "/runs", "Runs" },
        { "runs-none", "/runs?q=nothing+like+this", "Runs" },
        { "run", "/runs/{succeeded}", "Order intake" },
        { "run-failed", "/runs/{failed}", "Supplier import" },
        { "run-timeline", "/runs/{failed}?tab=timeline", "Supplier import" },
        { "run-steps", "/runs/{succeeded}?tab=steps&step=invoice", "Order intake" },
        { "run-logs", "/runs/{failed}?tab=logs", "Supplier import" },
        { "run-data", "/runs/{succeeded}?tab=data", "Order intake" },
        { "run-events", "/runs/{succeeded}?tab=events&seq=6", "Order intake" },
        { "run-audit", "/runs/{failed}?tab=audit", "Supplier import" },
        { "run-waiting", "/runs/{waiting}", "Refund approval" },
        { "run-waiting-timeline", "/runs/{waiting}?tab=timeline", "Refund approval" },
        { "run-items", "/runs/{batch}?step=each", "Price every order" },
        { "run-again", "/runs/{again}", "Order intake" },
        { "approvals", "/approvals", "Approvals" },
        { "decide", "{link}", "Your decision" },
        { "decide-incomplete", "/decide", "Your decision" },
        { "pipelines", "/pipelines", "Pipelines" },
        { "pipeline", "/pipelines/{orders}", "Order intake" },
        { "pipeline-compare", "/pipelines/{orders}?version={draft}&with={version}", "Order intake" },
        { "start", "/start", "Start a run" },
        { "start-form", "/start?version={version}", "Start Order intake" },
        { "builder", "/pipelines/{orders}/versions/{draft}/edit", "Order intake" },
        { "builder-step", "/pipelines/{orders}/versions/{draft}/edit?step=large", "Order intake" },
        { "builder-test", "/pipelines/{orders}/versions/{draft}/edit?step=discount&test={tested}", "Order intake" },
        { "run-test", "/runs/{tested}", "Order intake" },
        { "triggers", "/triggers", "Triggers" },
        { "webhooks", "/triggers?tab=webhooks", "Triggers" },
        { "connectors", "/connectors", "Connectors" },
        { "providers", "/providers?tenant={tenant}", "Providers" },
        { "workers", "/workers", "Workers" },
        { "engine", "/engine", "Engine" },
        { "tenants", "/tenants", "Tenants" },
        { "tenant", "/tenants?open={tenant}", "Tenants" },
        { "not-found", "/nowhere", "Not found" },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Page_InBothThemesAndOnAPhone_IsAccessibleFitsAndHasNoComplaint(string name, string path, string heading)
    {
        await site.StartAsync();
        var address = await FillAsync(path);
        var flaws = new List<string>();
        foreach (var (look, dark, width, height) in Looks)
        {
            await using var visit = await site.VisitAsync(dark, width, height);
            await visit.OpenAsync(address, heading);
            await visit.ShootAsync($"{name}-{look}");
            flaws.AddRange((await visit.FlawsAsync()).Concat(visit.Complaints).Select(flaw => $"{look}: {flaw}"));
            if (!await visit.FitsAsync())
                flaws.Add($"{look}: wider than {width} pixels");
        }

        Assert.True(flaws.Count == 0, string.Join("\n", flaws));
    }

    private async Task<string> FillAsync(string path)
    {
        var demo = site.Demo;
        var versions = await demo.VersionsAsync(demo.Orders.PipelineId);
        if (path == "{link}")
            return await demo.InviteAsync(demo.Waiting, "grace@example.test");
        return path
            .Replace("{succeeded}", demo.Succeeded, StringComparison.Ordinal)
            .Replace("{failed}", demo.Failed, StringComparison.Ordinal)
            .Replace("{waiting}", demo.Waiting, StringComparison.Ordinal)
            .Replace("{batch}", demo.Batch, StringComparison.Ordinal)
            .Replace("{again}", demo.Again, StringComparison.Ordinal)
            .Replace("{tested}", demo.Tested, StringComparison.Ordinal)
            .Replace("{tenant}", demo.TenantId, StringComparison.Ordinal)
            .Replace("{orders}", demo.Orders.PipelineId, StringComparison.Ordinal)
            .Replace("{version}", demo.Orders.VersionId, StringComparison.Ordinal)
            .Replace("{draft}", versions["v2 draft"], StringComparison.Ordinal);
    }
}
