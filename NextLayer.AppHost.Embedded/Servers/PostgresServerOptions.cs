namespace NextLayer.AppHost.Embedded.Servers;

/// <summary>How <see cref="PostgresServer"/> runs a private server.</summary>
public sealed record PostgresServerOptions
{
    /// <summary>
    /// Holds the cluster, its password and its port from one start to the next. Null makes a new folder among the
    /// temporary files, deleted when the server is disposed.
    /// </summary>
    public string? DataDirectory { get; init; }

    /// <summary>
    /// The data goes when the server is disposed. Says nothing of durability while it runs; only <c>initdb</c>'s final flush is
    /// left out. Always so without a <see cref="DataDirectory"/>.
    /// </summary>
    public bool Ephemeral { get; init; }

    /// <summary>Null takes the port of the last start, or a free one when there was none or it is taken.</summary>
    public int? Port { get; init; }

    /// <summary>Server settings over our own defaults, as in <c>postgresql.conf</c>: <c>("max_connections", "400")</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Receives the server's log line by line, from any thread.</summary>
    public Action<string>? Log { get; init; }

    /// <summary>Folder with <c>initdb</c> and <c>postgres</c>; null searches the machine for the newest.</summary>
    public string? BinDirectory { get; init; }

    /// <summary>How long a start may take, crash recovery included.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);
}
