using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NextLayer.Worker;
using NextLayer.Worker.Claiming;
using NextLayer.Worker.Execution;

namespace NextLayer.Tests.Worker.Support;

/// <summary>A whole worker in this process, on quick settings, with its log lines kept.</summary>
internal sealed class TestWorker : IAsyncDisposable
{
    private readonly WebApplication app;
    private bool stopped;

    private TestWorker(WebApplication app, LineLogger lines)
    {
        this.app = app;
        Lines = lines;
    }

    public LineLogger Lines { get; }

    public Uri Address => new(app.Urls.First());

    public IServiceProvider Services => app.Services;

    /// <summary>A run while the worker holds it.</summary>
    public ActiveRun? Held(Guid runId) => Services.GetRequiredService<HeldRuns>().Find(runId);

    /// <param name="controlPlane">Its address, or several.</param>
    /// <param name="settings">Settings over the quick ones, such as <c>("SLOTS", "1")</c>.</param>
    /// <param name="handlers">Step types besides the worker's own.</param>
    public static Task<TestWorker> StartAsync(
        object controlPlane, IEnumerable<(string Key, string Value)>? settings = null, params IStepHandler[] handlers) =>
        StartAsync(controlPlane, log: null, settings, handlers);

    /// <param name="log">Gets every line of the worker's log, down to the finest.</param>
    public static async Task<TestWorker> StartAsync(
        object controlPlane, ILoggerProvider? log, IEnumerable<(string Key, string Value)>? settings = null, params IStepHandler[] handlers)
    {
        var lines = new LineLogger();
        var all = new Dictionary<string, string?>
        {
            ["CP_BASE"] = controlPlane is FakeControlPlane fake ? fake.Address.ToString() : controlPlane.ToString(),
            ["WORKER_ID"] = $"test-{Guid.NewGuid():n}",
            ["POLL_SECONDS"] = "0.02",
            ["LEASE_SECONDS"] = "6",
            ["HEARTBEAT_SECONDS"] = "2",
            ["GRACE_SECONDS"] = "20",
        };
        foreach (var (key, value) in settings ?? [])
            all[key] = value;
        var app = WorkerApp.Create([], builder =>
        {
            builder.Configuration.AddInMemoryCollection(all);
            builder.Logging.ClearProviders().AddProvider(lines);
            if (log is not null)
                builder.Logging.AddProvider(log).Services.Configure<LoggerFilterOptions>(o => o.Rules.Add(new(log.GetType().FullName, null, LogLevel.Trace, null)));
            foreach (var handler in handlers)
                builder.Services.AddSingleton(handler);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new TestWorker(app, lines);
    }

    /// <summary>What SIGTERM does.</summary>
    public async Task StopAsync()
    {
        stopped = true;
        await app.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(40));
    }

    public async ValueTask DisposeAsync()
    {
        if (!stopped)
            await StopAsync();
        await app.DisposeAsync();
    }
}

/// <summary>Keeps the lines of a worker's own log.</summary>
internal sealed class LineLogger : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> lines = new();

    public IReadOnlyCollection<string> All => lines;

    public int Count(string start) => lines.Count(l => l.StartsWith(start, StringComparison.Ordinal));

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            lines.Enqueue(formatter(state, exception));
    }

    public void Dispose()
    {
    }
}
