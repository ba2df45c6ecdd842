namespace NextLayer.AppHost.Embedded;

/// <summary>A server could not be started or stopped. The message is meant for whoever started it, and says what to do.</summary>
public sealed class ServerException : Exception
{
    /// <summary>With a sentence for the person at the terminal.</summary>
    public ServerException(string message) : base(message)
    {
    }

    /// <summary>With a sentence for the person at the terminal and what lies behind it.</summary>
    public ServerException(string message, Exception inner) : base(message, inner)
    {
    }
}
