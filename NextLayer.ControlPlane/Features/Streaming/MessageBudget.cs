namespace NextLayer.ControlPlane.Features.Streaming;

/// <summary>What a peer that should only listen may say before it is told to go.</summary>
internal sealed class MessageBudget(StreamOptions options, TimeProvider time)
{
    private long second = time.GetTimestamp();
    private int messages;
    private long bytes;

    /// <returns>Why the peer has to go; null while it may stay.</returns>
    public SocketEnd? Spend(int count, bool endOfMessage)
    {
        bytes += count;
        if (bytes > options.MaxMessageBytes)
            return SocketEnd.MessageTooBig;
        if (!endOfMessage)
            return null;
        bytes = 0;
        if (time.GetElapsedTime(second) >= TimeSpan.FromSeconds(1))
            (second, messages) = (time.GetTimestamp(), 0);
        return ++messages > options.MessagesPerSecond ? SocketEnd.TooManyMessages : null;
    }
}
