using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using NextLayer.AppHost.Embedded.Processes;
using NextLayer.Dashboard;
using NextLayer.Tests.Support;
using NextLayer.Tests.Worker.Support;

namespace NextLayer.Tests.Browser;

/// <summary>Tests of the pages: they share one site and go one after the other, as two cores can bear.</summary>
[CollectionDefinition(Name)]
public sealed class BrowserTests : ICollectionFixture<Site>, ICollectionFixture<SecuredSite>
{
    public const string Name = "Browser";
}

/// <summary>
/// The real thing for tests of the pages: control plane, worker and dashboard on free ports, and a browser. Started by
/// the first test that asks.
/// </summary>
public class Site(Servers servers) : IAsyncDisposable
{
    private readonly SemaphoreSlim starting = new(1);
    private TestDatabase? database;
    private ControlPlaneHost? controlPlane;
    private TestWorker? worker;
    private WebApplication? dashboard;
    private IPlaywright? playwright;
    private IBrowser? browser;

    /// <summary>Where screenshots go.</summary>
    public static string Artifacts { get; } = Path.Combine(Repository(), ".artifacts", "screens");

    /// <summary>Address of the dashboard.</summary>
    public Uri Address { get; private set; } = null!; // Set by StartAsync.

    public HttpClient Http { get; private set; } = null!; // As above.

    public Demo Demo { get; private set; } = null!; // As above.

    /// <summary>Over the usual settings.</summary>
    protected virtual (string Key, string Value)[] ControlPlaneSettings => [];

    /// <summary>As above.</summary>
    protected virtual (string Key, string Value)[] WorkerSettings => [];

    /// <summary>With which <see cref="Http"/> calls; null where nobody is asked.</summary>
    protected virtual string? Credential => null;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static string Repository([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", ".."));

    /// <summary>Starts what is not running yet.</summary>
    public async Task StartAsync()
    {
        await starting.WaitAsync(Ct);
        try
        {
            if (browser is not null)
                return;
            Directory.CreateDirectory(Artifacts);
            database = await servers.CreateDatabaseAsync();
            controlPlane = await ControlPlaneHost.StartAsync(
                database,
                await servers.RedisConnectionStringAsync(),
                [("Lease:WakeIntervalSeconds", "0.2"), .. ControlPlaneSettings]);
            worker = await TestWorker.StartAsync(controlPlane.Address, [("HttpRequest:AllowedHosts", "127.0.0.1"), .. WorkerSettings]);
            dashboard = DashboardApp.Create([], Path.Combine(Repository(), "NextLayer.Dashboard", "wwwroot"), builder =>
            {
                builder.Configuration.AddInMemoryCollection(
                [
                    new("urls", "http://127.0.0.1:0"),
                    new("services:control-plane:http:0", controlPlane.Address.ToString()),
                ]);
                builder.Logging.SetMinimumLevel(LogLevel.Warning);
            });
            await dashboard.StartAsync(Ct);
            Address = new Uri(dashboard.Urls.First());
            Http = new HttpClient { BaseAddress = Address };
            if (Credential is { } credential)
                Http.DefaultRequestHeaders.Add("X-API-Key", credential);
            Demo = await Demo.CreateAsync(Http);
            playwright = await Playwright.CreateAsync();
            browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = Chromium(),
                // Chromium's sandbox refuses to run for root, as whom containers often run.
                Args = Environment.UserName == "root" ? ["--no-sandbox"] : [],
            });
        }
        finally
        {
            starting.Release();
        }
    }

    /// <summary>A fresh browser session: nothing remembered, in English, in UTC.</summary>
    public async Task<Visit> VisitAsync(bool dark = false, int width = 1440, int height = 900)
    {
        await StartAsync();
        var context = await browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = Address.ToString(),
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
            TimezoneId = "UTC",
            Locale = "en-GB",
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        context.SetDefaultTimeout(20_000);
        return new Visit(context, await context.NewPageAsync());
    }

    private static string Chromium() =>
        new[] { "chromium", "chromium-browser", "google-chrome" }.Select(Executables.Find).FirstOrDefault(path => path is not null)
        ?? "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
        playwright?.Dispose();
        Http?.Dispose();
        if (dashboard is not null)
            await dashboard.DisposeAsync();
        if (worker is not null)
            await worker.DisposeAsync();
        if (controlPlane is not null)
            await controlPlane.DisposeAsync();
        if (database is not null)
            await database.DisposeAsync();
        starting.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>One person's browser, with all it complained about.</summary>
public sealed class Visit : IAsyncDisposable
{
    private readonly IBrowserContext context;
    private readonly ConcurrentQueue<string> complaints = new();

    internal Visit(IBrowserContext context, IPage page)
    {
        this.context = context;
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                complaints.Enqueue($"{message.Text} ({message.Location})");
        };
        page.PageError += (_, error) => complaints.Enqueue(error);
    }

    public IPage Page { get; }

    /// <summary>Errors and warnings of the console, and what nobody caught.</summary>
    public IReadOnlyCollection<string> Complaints => complaints;

    /// <summary>Passes over what it has complained about so far.</summary>
    public void Forget() => complaints.Clear();

    public async Task OpenAsync(string path, string heading)
    {
        await Page.GotoAsync(path);
        await Page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = heading, IncludeHidden = true }).WaitForAsync(); // A drawer that the address opens hides it.
        // Skeletons are gone once everything has come.
        await Page.WaitForFunctionAsync("() => !document.querySelector('.skeleton')");
    }

    public async Task ChooseTenantAsync(string name)
    {
        await Page.GetByRole(AriaRole.Button, new() { Name = "Tenant: " }).ClickAsync();
        await Page.GetByRole(AriaRole.Dialog, new() { Name = "Choose a tenant" }).GetByRole(AriaRole.Button, new() { Name = name }).ClickAsync();
    }

    public Task ShootAsync(string name) =>
        Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Site.Artifacts, $"{name}.png"), Animations = ScreenshotAnimations.Disabled });

    /// <summary>What axe-core finds wrong by WCAG 2.2, levels A and AA.</summary>
    public async Task<IReadOnlyList<string>> FlawsAsync()
    {
        var axe = await File.ReadAllTextAsync(Path.Combine(Site.Repository(), "NextLayer.Dashboard", "client", "node_modules", "axe-core", "axe.min.js"));
        await Page.EvaluateAsync(axe);
        var found = await Page.EvaluateAsync<JsonElement>(
            """
            () => axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] })
              .then(({ violations }) => violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.target.join(" ")} ${n.any.concat(n.all).map(c => c.message).join("; ")}`)))
            """);
        return [.. found.EnumerateArray().Select(flaw => flaw.GetString()!)]; // The script gives texts alone.
    }

    /// <summary>True when nothing makes the page wider than the window.</summary>
    public Task<bool> FitsAsync() => Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth && document.getElementById('main').scrollWidth <= document.getElementById('main').clientWidth");

    public ValueTask DisposeAsync() => context.DisposeAsync();
}
