using System.Threading.Channels;

namespace NextLayer.Worker.Platform;

/// <summary>Wakes one waiter; signals that come while nobody waits count as one.</summary>
internal sealed class AsyncSignal
{
    private readonly Channel<bool> channel = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Set() => channel.Writer.TryWrite(true);

    public async Task WaitAsync(CancellationToken ct) => await channel.Reader.ReadAsync(ct);
}
