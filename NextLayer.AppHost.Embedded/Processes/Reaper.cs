using System.Diagnostics;

namespace NextLayer.AppHost.Embedded.Processes;

/// <summary>
/// Kills our children after we died, where the kernel has no parent-death signal (macOS).
/// A tiny shell reads process ids from a pipe; the pipe ends when we do, whatever ended us.
/// </summary>
internal static class Reaper
{
    // Ids stay listed until withdrawn, so a reused id is not hit by mistake.
    private const string Script = """
        trap '' INT TERM HUP QUIT
        pids=' '
        while read -r op pid; do
          case $op in
            +) pids="$pids$pid " ;;
            -) pids=$(printf %s "$pids" | sed "s/ $pid / /") ;;
          esac
        done
        for pid in $pids; do kill -KILL -- "-$pid" 2>/dev/null || kill -KILL "$pid" 2>/dev/null; done
        """;

    private static readonly Lock Gate = new();
    private static StreamWriter? pipe;

    public static void Watch(int processId) => Write($"+ {processId}");

    public static void Forget(int processId) => Write($"- {processId}");

    private static void Write(string line)
    {
        if (ProcessTies.KernelKillsOrphans)
            return;

        lock (Gate)
        {
            pipe ??= StartShell();
            pipe.WriteLine(line);
            pipe.Flush();
        }
    }

    private static StreamWriter StartShell()
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Script]) { RedirectStandardInput = true };
        return Process.Start(start)!.StandardInput;
    }
}
