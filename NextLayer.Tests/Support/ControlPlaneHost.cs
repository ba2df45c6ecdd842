using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NextLayer.ControlPlane;
using NextLayer.ControlPlane.Platform.Access.Keys;

namespace NextLayer.Tests.Support;

/// <summary>A control plane in the test's own process: the real one, on a free loopback port and a test's database.</summary>
internal sealed class ControlPlaneHost : IAsyncDisposable
{
    private readonly WebApplication app;

    private ControlPlaneHost(WebApplication app)
    {
        this.app = app;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Http = new HttpClient { BaseAddress = Address };
    }

    public Uri Address { get; }
    public HttpClient Http { get; }
    public IServiceProvider Services => app.Services;

    /// <param name="settings">Over the defaults, such as <c>("Lease:ReapGraceSeconds", "0")</c>.</param>
    public static Task<ControlPlaneHost> StartAsync(
        TestDatabase database, string? redis = null, params (string Key, string Value)[] settings) =>
        StartAsync(TimeProvider.System, database, redis, settings);

    /// <param name="time">What every wait and pause of the host goes by.</param>
    public static Task<ControlPlaneHost> StartAsync(
        TimeProvider time, TestDatabase database, string? redis = null, params (string Key, string Value)[] settings) =>
        StartAsync(time, log: null, database, redis, settings);

    /// <param name="log">Gets every line of the host's log, down to the finest.</param>
    public static Task<ControlPlaneHost> StartAsync(
        ILoggerProvider log, TestDatabase database, string? redis = null, params (string Key, string Value)[] settings) =>
        StartAsync(TimeProvider.System, log, database, redis, settings);

    private static async Task<ControlPlaneHost> StartAsync(
        TimeProvider time, ILoggerProvider? log, TestDatabase database, string? redis, (string Key, string Value)[] settings)
    {
        var app = ControlPlaneApp.Create([], builder =>
        {
            var values = new Dictionary<string, string?>
            {
                ["ConnectionStrings:nextlayer"] = database.ConnectionString,
                ["ConnectionStrings:redis"] = redis,
                ["urls"] = "http://127.0.0.1:0",
                ["Database:HotPoolSize"] = "8",
                ["Database:PoolSize"] = "8",
                ["Auth:Required"] = "false",
            };
            foreach (var (key, value) in settings)
                values[key] = value;
            builder.Configuration.AddInMemoryCollection(values);
            builder.Services.AddSingleton(time);
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            if (log is not null)
                builder.Logging.AddProvider(log).Services.Configure<LoggerFilterOptions>(o => o.Rules.Add(new(log.GetType().FullName, null, LogLevel.Trace, null)));
        });
        await app.Services.GetRequiredService<SettledKeys>().SaveAsync(TestContext.Current.CancellationToken);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new ControlPlaneHost(app);
    }

    public T Get<T>()
        where T : notnull => app.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
    }
}
