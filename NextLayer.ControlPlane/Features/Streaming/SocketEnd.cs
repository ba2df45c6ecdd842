namespace NextLayer.ControlPlane.Features.Streaming;

/// <summary>How a socket ended. <c>docs/streams.md</c> says what each code asks of the peer.</summary>
/// <param name="Reason">For the metrics: one of a few fixed words.</param>
/// <param name="Code">Close code; those from 4000 on are our own.</param>
/// <param name="Sentence">Goes with the code, for people.</param>
internal sealed record SocketEnd(string Reason, int Code, string Sentence)
{
    public static readonly SocketEnd PeerClosed = new("peer_closed", 1000, "");

    /// <summary>The connection broke, or the peer answered no ping: there is nobody to tell.</summary>
    public static readonly SocketEnd PeerGone = new("peer_gone", 1006, "");

    public static readonly SocketEnd ServerStops = new("server_stops", 1001, "the server is going down; come back");

    public static readonly SocketEnd TooManyMessages = new("too_many_messages", 1008, "too many messages; this stream needs none");

    public static readonly SocketEnd MessageTooBig = new("message_too_big", 1009, "the message is too big; this stream needs none");

    /// <summary>The credential has expired or was revoked, or the role that let the peer in is gone.</summary>
    public static readonly SocketEnd RightEnded = new("right_ended", 4401, "the right to this stream has ended; sign in again");

    /// <summary>The peer could not keep up. It comes back and loses nothing.</summary>
    public static readonly SocketEnd SlowReader = new("slow_reader", 4408, "the reader is too slow; come back");

    /// <summary>A passing problem of ours.</summary>
    public static readonly SocketEnd TryAgain = new("try_again", 4503, "the stream cannot be read now; come back");
}
