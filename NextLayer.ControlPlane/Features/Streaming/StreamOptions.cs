using System.ComponentModel.DataAnnotations;

namespace NextLayer.ControlPlane.Features.Streaming;

/// <summary>Section <c>Stream</c>.</summary>
internal sealed class StreamOptions
{
    /// <summary>Longest time one message may take to leave before its reader is closed with 4408, in seconds.</summary>
    [Range(0.1, 300)]
    public double SlowReaderSeconds { get; set; } = 10;

    /// <summary>Events a live reader may fall behind before it is closed with 4408.</summary>
    [Range(10, 10_000)]
    public int MaxLag { get; set; } = 1000;

    /// <summary>Sockets one address may hold open at once.</summary>
    [Range(1, 100_000)]
    public int SocketsPerCaller { get; set; } = 1000;

    /// <summary>Time between pings, in seconds; a peer that does not answer two is gone.</summary>
    [Range(1, 300)]
    public double PingSeconds { get; set; } = 15;
}
