using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using NextLayer.Contracts.Json;

namespace NextLayer.Worker.Sandbox;

/// <summary>
/// The child process: the worker's own executable started with <see cref="Argument"/>. It answers one script after the
/// other and ends when its input is closed, which is also what happens when its worker dies.
/// </summary>
internal static class SandboxHost
{
    public const string Argument = "--javascript-sandbox";

    /// <summary>Exit code after a script for which the memory was not enough.</summary>
    public const int OutOfMemory = 3;

    private const int LargestRequest = 16 * 1024 * 1024;

    // One regular expression is one statement, however long it takes.
    private static readonly TimeSpan RegexTimeout = TimeSpan.FromSeconds(1);

    // A terminal's Ctrl+C and a service manager's stop reach the whole group of processes, while the worker lets its steps finish.
    private static readonly PosixSignal[] MeantForTheWorker = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT];

    public static async Task<int> RunAsync()
    {
        var unheard = MeantForTheWorker.Select(signal => PosixSignalRegistration.Create(signal, static context => context.Cancel = true)).ToList();
        AppDomain.CurrentDomain.SetData("REGEX_DEFAULT_MATCH_TIMEOUT", RegexTimeout);
        await using var input = Console.OpenStandardInput();
        await using var output = Console.OpenStandardOutput();
        WarmUp();
        await SandboxFrames.WriteAsync(output, default, CancellationToken.None); // Ready.
        // The next message is read while a script runs: that is how the end of the worker is noticed at once.
        while (await SandboxFrames.ReadAsync(input, LargestRequest, CancellationToken.None) is { } message)
            Start(message, output);
        GC.KeepAlive(unheard); // To the end and never given up: a signal may still be on its way.
        return 0;
    }

    private static void Start(byte[] message, Stream output) =>
        new Thread(() => Answer(message, output), ScriptRun.StackBytes) { IsBackground = true }.Start();

    private static void Answer(byte[] message, Stream output)
    {
        try
        {
            var request = JsonSerializer.Deserialize<SandboxRequest>(message, NextLayerJson.Options)
                ?? throw new InvalidDataException("The request is null.");
            var answer = JsonSerializer.SerializeToUtf8Bytes(new ScriptRun(request).Execute(), NextLayerJson.Options);
            SandboxFrames.WriteAsync(output, answer, CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (OutOfMemoryException)
        {
            Environment.Exit(OutOfMemory);
        }
        catch (Exception ex)
        {
            Console.Error.WriteLine(ExceptionDispatchInfo.SetCurrentStackTrace(ex));
            Environment.Exit(1);
        }
    }

    /// <summary>The first script pays for what is compiled on first use; so let it be one of ours.</summary>
    private static void WarmUp()
    {
        var nothing = JsonElement.Parse("{}");
        var request = new SandboxRequest
        {
            Code = "console.log('a', 1); return [1, 2].map(function (n) { return { n: n, t: new Date().toISOString() }; });",
            Input = nothing,
            Run = nothing,
            NowMs = 0,
            Seed = 1,
            Statements = 1000,
            TimeoutMs = 10_000,
            MaxResultBytes = 1000,
        };
        var thread = new Thread(() => JsonSerializer.SerializeToUtf8Bytes(new ScriptRun(request).Execute(), NextLayerJson.Options), ScriptRun.StackBytes);
        thread.Start();
        thread.Join();
    }
}
