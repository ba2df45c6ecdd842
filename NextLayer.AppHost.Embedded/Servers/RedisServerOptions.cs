namespace NextLayer.AppHost.Embedded.Servers;

/// <summary>How <see cref="RedisServer"/> runs a private server.</summary>
public sealed record RedisServerOptions
{
    /// <summary>Null takes a free one.</summary>
    public int? Port { get; init; }

    /// <summary>Receives the server's log (warnings and worse) line by line, from any thread.</summary>
    public Action<string>? Log { get; init; }

    /// <summary>How long a start may take.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(15);
}
