using System.Diagnostics;
using System.Globalization;
using NextLayer.AppHost.Embedded.Processes;

namespace NextLayer.AppHost.Embedded.Servers;

/// <summary>
/// The files of one private server: <c>data/</c> (the cluster), <c>password</c> and <c>port</c>.
/// Made once; a half-made one is made again.
/// </summary>
internal sealed class PostgresCluster(ServerFolder folder, PostgresBinaries binaries, SystemUser? user)
{
    private const string Finished = "initialized";

    public string DataPath => folder.PathOf("data");

    public string Password => folder.Read("password") ?? throw new ServerException($"The password of {folder.Path} is gone; start with --reset.");

    public int? LastPort => int.TryParse(folder.Read("port"), CultureInfo.InvariantCulture, out var port) ? port : null;

    /// <returns>Null when there is no cluster yet.</returns>
    public static int? MadeBy(ServerFolder folder) =>
        int.TryParse(folder.Read("data/PG_VERSION"), CultureInfo.InvariantCulture, out var version) ? version : null;

    public void RememberPort(int port)
    {
        if (port != LastPort)
            folder.Write("port", port.ToString(CultureInfo.InvariantCulture));
    }

    public async Task EnsureInitializedAsync(bool ephemeral)
    {
        if (folder.Read(Finished) is not null)
            return;

        if (Directory.Exists(DataPath))
            Directory.Delete(DataPath, recursive: true);
        folder.Write("password", Passwords.Generate());
        await InitdbAsync(ephemeral);
        folder.Write(Finished, "");
    }

    /// <summary>
    /// Ends a server that an earlier owner left running on these files, and removes its <c>postmaster.pid</c>: by then the
    /// number may be another program's, which would keep PostgreSQL from starting.
    /// </summary>
    public async Task EvictStaleServerAsync(Action<string>? log)
    {
        var pidFile = Path.Combine(DataPath, "postmaster.pid");
        if (!File.Exists(pidFile))
            return;

        if (int.TryParse(File.ReadLines(pidFile).FirstOrDefault(), CultureInfo.InvariantCulture, out var pid) && FindServer(pid) is { } server)
        {
            using (server)
            {
                log?.Invoke($"A server from an earlier start still runs on {DataPath} (pid {pid}); stopping it.");
                await StopAsync(server);
            }
        }

        File.Delete(pidFile);
    }

    private async Task InitdbAsync(bool ephemeral)
    {
        var output = new List<string>();
        await using var initdb = await ChildProcess.StartAsync(
            new ChildCommand
            {
                FileName = binaries.Initdb,
                Arguments =
                [
                    "--pgdata", DataPath, "--username", "postgres", "--pwfile", folder.PathOf("password"),
                    "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C",
                    // Bytewise order keeps indexes good for prefixes; the character type makes ILIKE work beyond ASCII.
                    .. OperatingSystem.IsLinux() ? ["--lc-ctype", "C.UTF-8"] : Array.Empty<string>(),
                    "--no-instructions",
                    .. ephemeral ? ["--no-sync"] : Array.Empty<string>(),
                ],
                User = user,
                WorkingDirectory = folder.Path,
            },
            line =>
            {
                lock (output)
                    output.Add(line);
            });
        if (await initdb.Exited != 0)
            throw new ServerException($"initdb could not make a database cluster in {DataPath}: {string.Join(" ", output.TakeLast(3))}");
    }

    /// <returns>Null unless the process is a server on just these files.</returns>
    private Process? FindServer(int pid)
    {
        try
        {
            var process = Process.GetProcessById(pid);
            var commandLine = $"/proc/{pid}/cmdline";
            var ours = File.Exists(commandLine)
                ? File.ReadAllText(commandLine).Contains(DataPath, StringComparison.Ordinal)
                : process.ProcessName.StartsWith("postgres", StringComparison.Ordinal);
            return ours ? process : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static async Task StopAsync(Process server)
    {
        foreach (var signal in new[] { ChildSignal.Interrupt, ChildSignal.Quit, ChildSignal.Kill })
        {
            if (!NativeSignals.Send(server.Id, signal) && OperatingSystem.IsWindows())
                server.Kill();
            if (await server.WaitForExitAsync().CompletesWithinAsync(TimeSpan.FromSeconds(10)))
                return;
        }

        throw new ServerException($"The server with pid {server.Id} could not be stopped; stop it by hand.");
    }
}
