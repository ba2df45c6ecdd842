using StackExchange.Redis;

namespace NextLayer.ControlPlane.Platform.Redis;

/// <summary>
/// The one connection to Redis, from <c>ConnectionStrings:redis</c>. It is opened in the background, reconnects by
/// itself, and nothing ever waits for it: Redis only carries news, and everybody can do without.
/// </summary>
internal sealed partial class RedisConnection : IAsyncDisposable
{
    private readonly ILogger<RedisConnection> logger;
    private readonly ConfigurationOptions? configuration;
    private readonly CancellationTokenSource stopping = new();
    private readonly TimeProvider time;
    private volatile ConnectionMultiplexer? multiplexer;
    private Task opening = Task.CompletedTask;

    public RedisConnection(IConfiguration settings, TimeProvider time, ILogger<RedisConnection> logger)
    {
        this.logger = logger;
        this.time = time;
        if (settings.GetConnectionString("redis") is not { Length: > 0 } address)
            return;
        // Keys that a newer client knows and this one does not must not keep us from connecting.
        configuration = ConfigurationOptions.Parse(address, ignoreUnknown: true);
        configuration.AbortOnConnectFail = false;
        configuration.ClientName = "nextlayer-control-plane";
        opening = OpenAsync();
    }

    /// <summary>Raised after the connection came (back): news sent meanwhile were missed and must be read from Postgres.</summary>
    public event Action? Connected;

    /// <summary>False when no address is set; then nothing will ever come.</summary>
    public bool IsConfigured => configuration is not null;

    public RedisState State =>
        configuration is null ? RedisState.NotConfigured
        : multiplexer is { IsConnected: true } ? RedisState.Connected
        : RedisState.Disconnected;

    /// <summary>
    /// For publishing and subscribing; null while Redis was never reached. Subscriptions outlive a lost connection: the
    /// client renews them when it is back.
    /// </summary>
    public ISubscriber? Subscriber => multiplexer?.GetSubscriber();

    private async Task OpenAsync()
    {
        await Task.Yield();
        var failures = 0;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var opened = await ConnectionMultiplexer.ConnectAsync(configuration!); // Only called with one.
                opened.ConnectionRestored += (_, _) => Connected?.Invoke();
                multiplexer = opened;
                if (opened.IsConnected)
                    Connected?.Invoke();
                return;
            }
            catch (Exception ex) when (ex is RedisException or IOException or System.Net.Sockets.SocketException or TimeoutException)
            {
                // With AbortOnConnectFail off only an address that does not resolve comes here.
                LogUnreachable(ex, ++failures);
                await Task.Delay(TimeSpan.FromSeconds(Math.Min(30, failures * 2)), time, stopping.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await opening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (multiplexer is { } open)
        {
            multiplexer = null;
            await open.CloseAsync(allowCommandsToComplete: false);
            open.Dispose();
        }

        stopping.Dispose();
    }

    [LoggerMessage(1201, LogLevel.Warning, "Redis cannot be reached ({Failures} times in a row); live news come by polling until it can")]
    private partial void LogUnreachable(Exception exception, int failures);
}
