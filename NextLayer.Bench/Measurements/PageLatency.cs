using System.Diagnostics;
using Microsoft.Playwright;
using NextLayer.AppHost.Embedded.Processes;
using NextLayer.Bench.Reporting;
using NextLayer.Bench.Stack;

namespace NextLayer.Bench.Measurements;

/// <summary>
/// How long somebody in front of the dashboard waits when the list of runs is very long: in Chromium, from going to an
/// address until there is something to see (the browser's own first contentful paint), and until all it shows has come.
/// </summary>
internal static class PageLatency
{
    private const string HasCome = "() => document.querySelector('h1') !== null && document.querySelector('.skeleton') === null";

    // Told to observers with a delay of a frame or so.
    private const string FirstPaint = """
        () => new Promise(resolve => new PerformanceObserver(list => {
            for (const entry of list.getEntries()) if (entry.name === 'first-contentful-paint') resolve(entry.startTime);
        }).observe({ type: 'paint', buffered: true }))
        """;

    public static async Task MeasureAsync(BenchContext bench, CancellationToken ct)
    {
        await using var stack = await BenchStack.StartAsync(bench, workers: 0, ct);
        var dashboard = await stack.StartDashboardAsync(bench, ct);
        Report.Say($"filling the list with {bench.Options.ListedRuns:N0} runs");
        await ManyRuns.FillAsync(stack.Database, bench.Options.ListedRuns, ct);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Executables.Find("chromium") ?? Executables.Find("chromium-browser") ?? Executables.Find("google-chrome"),
            // Chromium's sandbox refuses to run for root, as whom containers often run.
            Args = Environment.UserName == "root" ? ["--no-sandbox"] : [],
        });

        foreach (var (name, path) in Pages())
            await MeasurePageAsync(bench, browser, dashboard, name, path, ct);
        await MeasureScrollingAsync(bench, browser, dashboard, ct);
    }

    private static IEnumerable<(string Name, string Path)> Pages()
    {
        yield return ("overview", "/");
        yield return ("runs of the last day", "/runs");
        yield return ("runs of all time", "/runs?window=all");
        yield return ("failed runs of all time", "/runs?status=FAILED&window=all");
        yield return ("runs by error text", "/runs?q=502");
        yield return ("runs of a pipeline", $"/runs?pipeline={ManyRuns.PipelineId(7, 3)}&window=all");
        yield return ("pipelines", "/pipelines");
    }

    private static async Task MeasurePageAsync(BenchContext bench, IBrowser browser, Uri dashboard, string name, string path, CancellationToken ct)
    {
        var first = new List<double>();
        var painted = new List<double>();
        var again = new List<double>();
        for (var visit = 0; visit < bench.Options.PageVisits; visit++)
        {
            ct.ThrowIfCancellationRequested();
            await using var context = await browser.NewContextAsync(); // With an empty cache.
            var page = await context.NewPageAsync();
            first.Add(await OpenAsync(page, new Uri(dashboard, path)));
            again.Add(await OpenAsync(page, new Uri(dashboard, path)));
            painted.Add(await page.EvaluateAsync<double>(FirstPaint));
        }

        bench.Report.Add(new Latency($"page at {bench.Options.ListedRuns:N0} runs: {name}, first visit", first));
        bench.Report.Add(new Latency($"page at {bench.Options.ListedRuns:N0} runs: {name}, first paint", painted));
        bench.Report.Add(new Latency($"page at {bench.Options.ListedRuns:N0} runs: {name}", again));
    }

    private static async Task<double> OpenAsync(IPage page, Uri address)
    {
        var started = Stopwatch.GetTimestamp();
        await page.GotoAsync(address.ToString(), new PageGotoOptions { WaitUntil = WaitUntilState.Commit });
        await page.WaitForFunctionAsync(HasCome);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    /// <summary>From the end of what is shown until more has come, again and again.</summary>
    private static async Task MeasureScrollingAsync(BenchContext bench, IBrowser browser, Uri dashboard, CancellationToken ct)
    {
        await using var context = await browser.NewContextAsync();
        var page = await context.NewPageAsync();
        await OpenAsync(page, new Uri(dashboard, "/runs?window=all"));
        var times = new List<double>();
        for (var more = 0; more < bench.Options.PageVisits; more++)
        {
            ct.ThrowIfCancellationRequested();
            var before = await page.EvaluateAsync<double>("() => document.getElementById('main').scrollHeight");
            var started = Stopwatch.GetTimestamp();
            await page.EvaluateAsync("() => { const main = document.getElementById('main'); main.scrollTop = main.scrollHeight; }");
            await page.WaitForFunctionAsync("before => document.getElementById('main').scrollHeight > before + 500 && document.querySelector('.skeleton') === null", before);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        bench.Report.Add(new Latency($"page at {bench.Options.ListedRuns:N0} runs: the next rows of the list", times));
    }
}
