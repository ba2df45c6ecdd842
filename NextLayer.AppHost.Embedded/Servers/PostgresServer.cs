using System.Diagnostics;
using System.Globalization;
using NextLayer.AppHost.Embedded.Processes;
using Npgsql;

namespace NextLayer.AppHost.Embedded.Servers;

/// <summary>
/// A private PostgreSQL on loopback, run from the binaries on this machine, with a generated password and the default
/// durability. It dies with the process that started it. Every start of one instance uses the same port.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Defaults = new()
    {
        ["listen_addresses"] = "127.0.0.1",
        ["unix_socket_directories"] = "",
        ["max_connections"] = "200",
        ["shared_buffers"] = "256MB",
        ["max_wal_size"] = "2GB",
    };

    private readonly PostgresServerOptions options;
    private readonly PostgresCluster cluster;
    private readonly PostgresBinaries binaries;
    private readonly SystemUser? user;
    private readonly TemporaryFolder? temporary;
    private ChildProcess? process;

    private PostgresServer(PostgresServerOptions options, ServerFolder folder, SystemUser? user, TemporaryFolder? temporary)
    {
        this.options = options;
        this.temporary = temporary;
        this.user = user;
        DataDirectory = folder.Path;
        binaries = PostgresBinaries.Find(options.BinDirectory, PostgresCluster.MadeBy(folder));
        cluster = new PostgresCluster(folder, binaries, user);
    }

    /// <summary>Where the data really is: elsewhere than asked when the server's user cannot enter that folder.</summary>
    public string DataDirectory { get; }

    /// <summary>On 127.0.0.1.</summary>
    public int Port { get; private set; }

    /// <summary>Of the postmaster; 0 while stopped.</summary>
    public int ProcessId => IsRunning ? process!.Id : 0;

    /// <summary>Whether the postmaster lives, whoever ended it.</summary>
    public bool IsRunning => process is { HasExited: false };

    /// <summary>Of the superuser <c>postgres</c>; kept beside the data.</summary>
    public string Password => cluster.Password;

    /// <summary>The major version, such as 15.</summary>
    public int MajorVersion => binaries.MajorVersion;

    /// <summary>Completes with the exit code when the running server ends for whatever reason.</summary>
    public Task<int> Exited => process?.Exited ?? throw new InvalidOperationException("The server was never started.");

    /// <summary>Makes the cluster if there is none, starts the server and returns when it takes connections.</summary>
    /// <exception cref="ServerException">No binaries, a port that is taken, or a server that will not start.</exception>
    public static async Task<PostgresServer> StartAsync(PostgresServerOptions? options = null, CancellationToken ct = default)
    {
        options ??= new PostgresServerOptions();
        var temporary = options.DataDirectory is null ? TemporaryFolder.Create() : null;
        if (temporary is not null)
            options = options with { DataDirectory = Path.Combine(temporary.Path, "postgres"), Ephemeral = true };

        var server = default(PostgresServer);
        try
        {
            var user = SystemUser.ForServers();
            server = new PostgresServer(options, ServerFolder.Open(options.DataDirectory!, user), user, temporary);
            await server.cluster.EnsureInitializedAsync(options.Ephemeral);
            await server.StartAsync(ct);
            return server;
        }
        catch
        {
            if (server is not null)
                await server.DisposeAsync();
            temporary?.Dispose();
            throw;
        }
    }

    /// <summary>Starts it again after <see cref="StopAsync"/>, <see cref="KillAsync"/> or a crash, on the same port.</summary>
    public async Task StartAsync(CancellationToken ct = default)
    {
        if (IsRunning)
            return;

        await cluster.EvictStaleServerAsync(options.Log);
        if (Port == 0)
            Port = ChoosePort();
        await PostgresStart.UntilReadyAsync(this, LaunchAsync, options.StartTimeout, ct);
        cluster.RememberPort(Port);
    }

    /// <summary>Fast shutdown: open transactions are rolled back, and the next start needs no recovery.</summary>
    public async Task StopAsync(TimeSpan? grace = null)
    {
        if (process is null)
            return;
        var limit = grace ?? TimeSpan.FromSeconds(10);
        process.Signal(ChildSignal.Interrupt);
        if (!await process.Exited.CompletesWithinAsync(limit))
            await process.StopAsync(ChildSignal.Quit, TimeSpan.FromSeconds(2));
        await process.DisposeAsync();
    }

    /// <summary>SIGKILL to the postmaster, as the kernel would under memory pressure.</summary>
    public async Task KillAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
    }

    /// <summary>Stops and starts on the same port with the same data.</summary>
    public async Task RestartAsync(CancellationToken ct = default)
    {
        await StopAsync();
        await StartAsync(ct);
    }

    /// <summary>In the order of Aspire's: host, port, user, password, database.</summary>
    public string ConnectionString(string database = "postgres") =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Username=postgres;Password={Password};Database={database}");

    /// <param name="name">Anything PostgreSQL takes as a name; it is quoted.</param>
    /// <param name="template">Database to copy, with nobody connected to it; null makes an empty one.</param>
    /// <param name="ct">Ends the wait, not always the copy.</param>
    public Task CreateDatabaseAsync(string name, string? template = null, CancellationToken ct = default) =>
        ExecuteAsync($"CREATE DATABASE {Quote(name)}" + (template is null ? "" : $" TEMPLATE {Quote(template)}"), ct);

    /// <summary>Drops the database and whoever is still connected to it.</summary>
    public Task DropDatabaseAsync(string name, CancellationToken ct = default) =>
        ExecuteAsync($"DROP DATABASE IF EXISTS {Quote(name)} WITH (FORCE)", ct);

    /// <summary>Whether a database of that name exists.</summary>
    public async Task<bool> DatabaseExistsAsync(string name, CancellationToken ct = default)
    {
        await using var connection = await ConnectAsync(ct);
        await using var command = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection);
        command.Parameters.AddWithValue(name);
        return await command.ExecuteScalarAsync(ct) is not null;
    }

    /// <summary>Stops the server, at once if its data goes anyway, and deletes ephemeral data.</summary>
    public async ValueTask DisposeAsync()
    {
        if (options.Ephemeral)
            await KillAsync();
        else
            await StopAsync();
        Ports.Release(Port);
        if (options.Ephemeral)
            await PostgresStart.DeleteDataAsync(DataDirectory);
        temporary?.Dispose();
    }

    internal async Task<NpgsqlConnection> ConnectAsync(CancellationToken ct)
    {
        // Unpooled: a pool would keep connections, and they would outlive a stop of the server.
        var connection = new NpgsqlConnection(ConnectionString() + ";Pooling=false;Timeout=5");
        try
        {
            await connection.OpenAsync(ct);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static string Quote(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private int ChoosePort()
    {
        if (options.Port is { } wanted)
            return Ports.TryTake(wanted) ? wanted : throw new ServerException($"Port {wanted} for PostgreSQL is taken.");
        return cluster.LastPort is { } last && Ports.TryTake(last) ? last : Ports.Allocate();
    }

    private async Task<ChildProcess> LaunchAsync(Action<string> onLine)
    {
        var settings = new Dictionary<string, string>(Defaults);
        foreach (var (name, value) in options.Settings)
            settings[name] = value;

        process = await ChildProcess.StartAsync(
            new ChildCommand
            {
                FileName = binaries.Postgres,
                Arguments =
                [
                    "-D", cluster.DataPath, "-p", Port.ToString(CultureInfo.InvariantCulture),
                    .. settings.SelectMany(setting => new[] { "-c", $"{setting.Key}={setting.Value}" }),
                ],
                User = user,
                WorkingDirectory = DataDirectory,
                OnOurDeath = options.Ephemeral ? ChildSignal.Quit : ChildSignal.Interrupt,
            },
            line =>
            {
                onLine(line);
                options.Log?.Invoke(line);
            });
        return process;
    }

    private async Task ExecuteAsync(string sql, CancellationToken ct)
    {
        await using var connection = await ConnectAsync(ct);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(ct);
    }
}
