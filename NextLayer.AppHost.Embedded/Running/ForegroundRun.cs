using System.Runtime.InteropServices;
using NextLayer.AppHost.Embedded.Output;
using NextLayer.AppHost.Embedded.Processes;

namespace NextLayer.AppHost.Embedded.Running;

/// <summary>A start from the terminal: says what happens, shows the table, and stops on a signal.</summary>
internal static class ForegroundRun
{
    public static async Task RunAsync(DistributedApplication app, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var signals = new StopSignals(stop);
        var output = TerminalOutput.OfThisProcess(app.Resources.Max(resource => resource.Name.Length) + 2);
        try
        {
            var running = app.Start(output);
            output.Say($"Data, logs and state.json are in {running.Folder.Path}");
            await StayUpAsync(running, output, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            output.Say($"Stopping{(signals.Reason is null ? "" : $": {signals.Reason}")}.");
        }
        catch (ServerException ex)
        {
            output.Say(ex.Message);
            Environment.ExitCode = 1;
        }

        await app.StopAsync(CancellationToken.None);
        output.Say("Stopped.");
    }

    private static async Task StayUpAsync(RunningApplication running, TerminalOutput output, CancellationToken ct)
    {
        var launcher = ParentWatch.LauncherGoneAsync(ct);
        var healthy = running.Orchestration.AllHealthy.WaitAsync(ct);
        if (await Task.WhenAny(healthy, launcher) == healthy)
        {
            await healthy;
            output.Say($"Everything is up. Ctrl+C stops it.\n{StartTable.Render(running.Board.Snapshot(), Directory.GetCurrentDirectory())}");
        }

        await launcher;
        output.Say("The program that launched this one is gone; stopping.");
    }

    /// <summary>The first signal stops in order; a second one means at once, which the kernel or the reaper then sees to.</summary>
    private sealed class StopSignals : IDisposable
    {
        private readonly List<PosixSignalRegistration> registrations;
        private readonly CancellationTokenSource stop;

        public StopSignals(CancellationTokenSource stop)
        {
            this.stop = stop;
            PosixSignal[] heard = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT];
            registrations = [.. heard.Select(signal => PosixSignalRegistration.Create(signal, Hear))];
        }

        public string? Reason { get; private set; }

        public void Dispose() => registrations.ForEach(registration => registration.Dispose());

        private void Hear(PosixSignalContext context)
        {
            // Handled: the process must not end before its children have.
            context.Cancel = true;
            if (Reason is not null && context.Signal is PosixSignal.SIGINT)
                Environment.Exit(130);
            Reason ??= context.Signal.ToString();
            stop.Cancel();
        }
    }
}
