using System.ComponentModel.DataAnnotations;

namespace NextLayer.ControlPlane.Features.Streaming;

/// <summary>Section <c>Stream</c>.</summary>
internal sealed class StreamOptions
{
    /// <summary>Longest time one message may take to leave before its reader is closed with 4408, in seconds.</summary>
    [Range(0.1, 300)]
    public double SlowReaderSeconds { get; set; } = 10;

    /// <summary>Events a reader may be behind and still fall further; beyond that it is closed with 4408.</summary>
    [Range(10, 10_000)]
    public int MaxLag { get; set; } = 1000;

    /// <summary>Sockets one address may hold open at once.</summary>
    [Range(1, 100_000)]
    public int SocketsPerCaller { get; set; } = 1000;

    /// <summary>Time between pings, in seconds; a peer that does not answer one within the same time is gone.</summary>
    [Range(1, 300)]
    public double PingSeconds { get; set; } = 15;

    /// <summary>Time a peer gets to take what is on its way and to answer our close, in seconds, before it is dropped.</summary>
    [Range(0.1, 300)]
    public double CloseSeconds { get; set; } = 10;

    /// <summary>Longest message a peer may send; a longer one closes its socket with 1009.</summary>
    [Range(0, 1_048_576)]
    public int MaxMessageBytes { get; set; } = 4096;

    /// <summary>Messages a peer may send in a second; more close its socket with 1008.</summary>
    [Range(0, 10_000)]
    public int MessagesPerSecond { get; set; } = 20;

    /// <summary>Time over which the changes of one run become one message of a list's stream, in milliseconds.</summary>
    [Range(10, 10_000)]
    public int ListTickMilliseconds { get; set; } = 200;

    /// <summary>
    /// Runs a list's stream shows in a second. A reader that is two seconds of them behind is told to read its page again
    /// instead.
    /// </summary>
    [Range(1, 10_000)]
    public int ListRunsPerSecond { get; set; } = 100;
}
