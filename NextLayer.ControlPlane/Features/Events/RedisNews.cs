using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.ControlPlane.Platform.Redis;
using StackExchange.Redis;

namespace NextLayer.ControlPlane.Features.Events;

/// <summary>
/// Carries hints between replicas over one pub/sub channel. Losing some, all or the connection costs time, never
/// correctness: everybody who waits also looks by himself now and then.
/// </summary>
internal sealed partial class RedisNews(
    RedisConnection redis, NewsPublisher publisher, NewsHub hub, TimeProvider time, ILogger<RedisNews> logger) : BackgroundService
{
    private static readonly RedisChannel Channel = new("nextlayer:news", RedisChannel.PatternMode.Literal);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    // Our own messages come back too; this tells them apart.
    private readonly Guid replica = Guid.NewGuid();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!redis.IsConfigured)
            return;
        redis.Connected += hub.DeliverAll; // What was said while we were away, nobody will repeat.
        try
        {
            await Task.WhenAll(SubscribeAsync(stoppingToken), SendAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
        finally
        {
            redis.Connected -= hub.DeliverAll;
        }
    }

    private async Task SubscribeAsync(CancellationToken ct)
    {
        while (true)
        {
            try
            {
                if (redis.Subscriber is { } subscriber)
                {
                    await subscriber.SubscribeAsync(Channel, (_, message) => Receive(message));
                    return; // From here on the client renews the subscription by itself.
                }
            }
            catch (Exception ex) when (ex is RedisException or TimeoutException)
            {
                LogNotSubscribed(ex.Message);
            }

            await Task.Delay(RetryInterval, time, ct);
        }
    }

    private async Task SendAsync(CancellationToken ct)
    {
        await foreach (var hints in publisher.Outbox.ReadAllAsync(ct))
        {
            if (redis.State != RedisState.Connected || redis.Subscriber is not { } subscriber)
                continue;
            try
            {
                var message = JsonSerializer.SerializeToUtf8Bytes(new NewsMessage(replica, hints), NextLayerJson.Options);
                await subscriber.PublishAsync(Channel, message);
            }
            catch (Exception ex) when (ex is RedisException or TimeoutException or ObjectDisposedException)
            {
                LogNotSent(ex.Message);
            }
        }
    }

    private void Receive(RedisValue message)
    {
        try
        {
            if (JsonSerializer.Deserialize<NewsMessage>((byte[])message!, NextLayerJson.Options) is { } news && news.Replica != replica)
                hub.Deliver(news.Hints);
        }
        catch (JsonException ex)
        {
            LogNotUnderstood(ex.Message); // A replica of another version; its readers poll meanwhile.
        }
    }

    [LoggerMessage(1401, LogLevel.Debug, "Could not subscribe to news yet: {Error}")]
    private partial void LogNotSubscribed(string error);

    [LoggerMessage(1402, LogLevel.Debug, "News were not sent: {Error}")]
    private partial void LogNotSent(string error);

    [LoggerMessage(1403, LogLevel.Warning, "News from another replica were not understood: {Error}")]
    private partial void LogNotUnderstood(string error);

    private sealed record NewsMessage(Guid Replica, IReadOnlyList<RunHint> Hints);
}
