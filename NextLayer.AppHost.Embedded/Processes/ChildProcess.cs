using System.Diagnostics;

namespace NextLayer.AppHost.Embedded.Processes;

/// <summary>A running child that cannot outlive us (<see cref="ProcessTies"/>), with its output line by line.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly TaskCompletionSource<int> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task output;

    private ChildProcess(Process process, Action<string>? onLine)
    {
        this.process = process;
        Id = process.Id;
        Reaper.Watch(Id);
        process.Exited += (_, _) => OnExited();
        process.EnableRaisingEvents = true;
        if (process.HasExited)
            OnExited();
        output = Task.WhenAll(PumpAsync(process.StandardOutput, onLine), PumpAsync(process.StandardError, onLine));
    }

    public int Id { get; }

    /// <summary>Completes with the exit code; 128 + n after signal n.</summary>
    public Task<int> Exited => exited.Task;

    public bool HasExited => exited.Task.IsCompleted;

    public static async Task<ChildProcess> StartAsync(ChildCommand command, Action<string>? onLine = null)
    {
        var start = StartInfo(command);
        var process = await SpawnThread.RunAsync(() => Process.Start(start)!);
        if (OperatingSystem.IsWindows())
            WindowsJob.Add(process);

        var child = new ChildProcess(process, onLine);
        await child.GiveInputAsync(command.StandardInput);
        return child;
    }

    /// <summary>Signals the child alone; a shutdown is its own to pass on. Windows knows only the end.</summary>
    public void Signal(ChildSignal signal)
    {
        if (HasExited)
            return;
        if (OperatingSystem.IsWindows())
            KillTree();
        else
            NativeSignals.Send(Id, signal);
    }

    /// <summary>Kills the child and everything it started.</summary>
    public async Task KillAsync()
    {
        KillTree();
        await Exited;
    }

    /// <summary>Asks with <paramref name="signal"/>, and kills what has not gone after <paramref name="grace"/>.</summary>
    /// <returns>False when it had to be killed.</returns>
    public async Task<bool> StopAsync(ChildSignal signal, TimeSpan grace)
    {
        Signal(signal);
        var graceful = await Exited.CompletesWithinAsync(grace);
        await KillAsync();
        return graceful;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        // A grandchild outside the group may hold the pipe open; its last words are not worth waiting for.
        await output.CompletesWithinAsync(TimeSpan.FromSeconds(1));
        process.Dispose();
    }

    private static ProcessStartInfo StartInfo(ChildCommand command)
    {
        var line = ProcessTies.Wrap(command);
        var start = new ProcessStartInfo(line[0], line.Skip(1))
        {
            RedirectStandardError = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = command.WorkingDirectory ?? "",
        };
        foreach (var (name, value) in command.Environment)
        {
            if (value is null)
                start.Environment.Remove(name);
            else
                start.Environment[name] = value;
        }

        return start;
    }

    private static async Task PumpAsync(StreamReader reader, Action<string>? onLine)
    {
        try
        {
            while (await reader.ReadLineAsync() is { } line)
                onLine?.Invoke(line);
        }
        catch (Exception ex) when (ex is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The pipe went with the process.
        }
    }

    private async Task GiveInputAsync(string? text)
    {
        try
        {
            if (text is not null)
                await process.StandardInput.WriteAsync(text);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It did not live long enough to read; Exited tells.
        }
    }

    private void KillTree()
    {
        if (HasExited)
            return;
        if (!ProcessTies.OwnGroups)
            process.Kill(entireProcessTree: true);
        else if (!NativeSignals.Send(-Id, ChildSignal.Kill))
            // So young that it has made no group yet. Whatever it starts before this arrives, OnExited ends.
            NativeSignals.Send(Id, ChildSignal.Kill);
    }

    private void OnExited()
    {
        // Whoever is left in the group is a stray of this child. Now, for later the id may be somebody else's.
        if (ProcessTies.OwnGroups && !HasExited)
            NativeSignals.Send(-Id, ChildSignal.Kill);
        if (exited.TrySetResult(process.ExitCode))
            Reaper.Forget(Id);
    }
}
