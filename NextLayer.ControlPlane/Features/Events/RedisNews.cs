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

    // So long at most does it stay unnoticed that the last message of a replica was lost.
    private static readonly TimeSpan BeatInterval = TimeSpan.FromSeconds(2);

    // Our own messages come back too; this tells them apart.
    private readonly Guid replica = Guid.NewGuid();
    private readonly HeardReplicas heard = new(time);

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
        var (passed, beat, hints) = (0L, Task.CompletedTask, Task.CompletedTask);
        while (true)
        {
            if (hints.IsCompleted)
                hints = publisher.Outbox.WaitToReadAsync(ct).AsTask();
            if (beat.IsCompleted)
                beat = Task.Delay(BeatInterval, time, ct);
            await Task.WhenAny(beat, hints);
            ct.ThrowIfCancellationRequested();
            while (publisher.Outbox.TryRead(out var next))
            {
                passed = next.Number;
                await SendAsync(new NewsMessage(replica, next.Hints, passed));
            }

            if (beat.IsCompleted)
                await SendAsync(new NewsMessage(replica, [], passed));
        }
    }

    private async Task SendAsync(NewsMessage message)
    {
        if (redis.State != RedisState.Connected || redis.Subscriber is not { } subscriber)
            return;
        try
        {
            await subscriber.PublishAsync(Channel, JsonSerializer.SerializeToUtf8Bytes(message, NextLayerJson.Options));
        }
        catch (Exception ex) when (ex is RedisException or TimeoutException or ObjectDisposedException)
        {
            LogNotSent(ex.Message);
        }
    }

    private void Receive(RedisValue message)
    {
        try
        {
            if (JsonSerializer.Deserialize<NewsMessage>((byte[])message!, NextLayerJson.Options) is not { } news || news.Replica == replica)
                return;
            if (news.Hints.Count > 0)
                hub.Deliver(news.Hints);
            if (!heard.FollowsOn(news.Replica, news.Number, news.Hints.Count == 0))
                hub.DeliverAll();
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

    /// <param name="Number">Of the hints; of the replica's newest where the message only says that it lives.</param>
    private sealed record NewsMessage(Guid Replica, IReadOnlyList<RunHint> Hints, long Number);
}
