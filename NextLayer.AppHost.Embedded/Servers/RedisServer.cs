using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using NextLayer.AppHost.Embedded.Processes;

namespace NextLayer.AppHost.Embedded.Servers;

/// <summary>
/// A private <c>redis-server</c> on loopback with a generated password and nothing on disk: what we keep in Redis are
/// hints that Postgres can replace. It dies with the process that started it. Every start of one instance uses the same port.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly RedisServerOptions options;
    private readonly string program;
    private ChildProcess? process;

    private RedisServer(RedisServerOptions options)
    {
        this.options = options;
        program = Executables.Find("redis-server") ?? throw new ServerException(
            "No redis-server was found in PATH. ./start.sh installs it; by hand: "
            + "'apt-get install redis-server' on Debian and Ubuntu, 'brew install redis' on macOS.");
        Port = options.Port is { } wanted
            ? Ports.TryTake(wanted) ? wanted : throw new ServerException($"Port {wanted} for Redis is taken.")
            : Ports.Allocate();
    }

    /// <summary>Whether this machine has a <c>redis-server</c>.</summary>
    public static bool IsInstalled => Executables.Find("redis-server") is not null;

    /// <summary>On 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>The same for every start of this instance.</summary>
    public string Password { get; } = Passwords.Generate();

    /// <summary>0 while stopped.</summary>
    public int ProcessId => IsRunning ? process!.Id : 0;

    /// <summary>Whether the server lives, whoever ended it.</summary>
    public bool IsRunning => process is { HasExited: false };

    /// <summary>Completes with the exit code when the running server ends for whatever reason.</summary>
    public Task<int> Exited => process?.Exited ?? throw new InvalidOperationException("The server was never started.");

    /// <summary>In the form of Aspire's, for StackExchange.Redis.</summary>
    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port},password={Password}");

    /// <summary>Starts a server and returns when it answers.</summary>
    /// <exception cref="ServerException">No binary, a port that is taken, or a server that will not start.</exception>
    public static async Task<RedisServer> StartAsync(RedisServerOptions? options = null, CancellationToken ct = default)
    {
        var server = new RedisServer(options ?? new RedisServerOptions());
        try
        {
            await server.StartAsync(ct);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it again, empty, after <see cref="StopAsync"/>, <see cref="KillAsync"/> or a crash.</summary>
    public async Task StartAsync(CancellationToken ct = default)
    {
        if (IsRunning)
            return;

        var started = Stopwatch.GetTimestamp();
        process = await ChildProcess.StartAsync(Command(), options.Log);
        while (!await AnswersAsync(ct))
        {
            if (process.HasExited)
                throw new ServerException($"redis-server ended with code {await process.Exited} when it was started on port {Port}.");
            if (Stopwatch.GetElapsedTime(started) > options.StartTimeout)
                throw new ServerException($"redis-server did not answer on port {Port} within {options.StartTimeout.TotalSeconds:0} s.");
            await Task.Delay(TimeSpan.FromMilliseconds(10), ct);
        }
    }

    /// <summary>Asks it to end, and makes it end after <paramref name="grace"/> (3 s when null).</summary>
    public async Task StopAsync(TimeSpan? grace = null)
    {
        if (process is null)
            return;
        await process.StopAsync(ChildSignal.Terminate, grace ?? TimeSpan.FromSeconds(3));
        await process.DisposeAsync();
    }

    /// <summary>SIGKILL: connections break, published messages are gone.</summary>
    public async Task KillAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
    }

    /// <summary>Stops the server.</summary>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Ports.Release(Port);
    }

    private ChildCommand Command() => new()
    {
        FileName = program,
        // The configuration comes through standard input: arguments are for all users of the machine to read.
        Arguments = ["-"],
        StandardInput = string.Create(CultureInfo.InvariantCulture, $"""
            bind 127.0.0.1
            port {Port}
            requirepass {Password}
            save ""
            appendonly no
            daemonize no
            loglevel warning

            """),
        User = SystemUser.ForServers(),
        WorkingDirectory = OperatingSystem.IsWindows() ? null : "/",
    };

    private async Task<bool> AnswersAsync(CancellationToken ct)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port, ct);
            var stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"AUTH {Password}\r\n"), ct);
            var answer = new byte[3];
            await stream.ReadExactlyAsync(answer, ct);
            return answer.AsSpan().SequenceEqual("+OK"u8);
        }
        catch (Exception ex) when (ex is SocketException or IOException)
        {
            return false;
        }
    }
}
