using Npgsql;

namespace NextLayer.AppHost.Embedded;

/// <summary>A private PostgreSQL server.</summary>
public sealed class PostgresServerResource(string name) : IResource
{
    /// <inheritdoc />
    public string Name { get; } = name;

    /// <summary>Null: the data is thrown away at the end.</summary>
    internal string? DataVolume { get; set; }

    internal List<PostgresDatabaseResource> Databases { get; } = [];
}

/// <summary>A database of a private server, created when the server is up.</summary>
public sealed class PostgresDatabaseResource(string name, PostgresServerResource parent) : IResourceWithConnectionString
{
    /// <inheritdoc />
    public string Name { get; } = name;

    /// <summary>The server it is in.</summary>
    public PostgresServerResource Parent { get; } = parent;

    internal TaskCompletionSource<string?> ConnectionString { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <inheritdoc />
    public async ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) =>
        await ConnectionString.Task.WaitAsync(cancellationToken);

    /// <summary>The parts one by one, for programs that do not speak Npgsql; Aspire gives the same.</summary>
    internal static IEnumerable<(string Name, string Value)> Properties(string connectionString)
    {
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        yield return ("HOST", parts.Host!);
        yield return ("PORT", $"{parts.Port}");
        yield return ("USERNAME", parts.Username!);
        yield return ("PASSWORD", parts.Password!);
        yield return ("DATABASENAME", parts.Database!);
        yield return ("URI", $"postgresql://{parts.Username}:{Uri.EscapeDataString(parts.Password!)}@{parts.Host}:{parts.Port}/{parts.Database}");
    }
}

/// <summary>A private Redis; absent where the machine has none.</summary>
public sealed class RedisResource(string name) : IResourceWithConnectionString
{
    /// <inheritdoc />
    public string Name { get; } = name;

    internal TaskCompletionSource<string?> ConnectionString { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <inheritdoc />
    public async ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) =>
        await ConnectionString.Task.WaitAsync(cancellationToken);
}
