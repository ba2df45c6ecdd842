using System.Runtime.InteropServices;

namespace NextLayer.AppHost.Embedded.Processes;

/// <summary>Signals and process ids beyond what .NET offers.</summary>
internal static partial class NativeSignals
{
    /// <param name="processId">Negative for a whole process group.</param>
    /// <returns>False when nobody is there to receive it, or it is not ours to signal.</returns>
    public static bool Send(int processId, ChildSignal signal) =>
        !OperatingSystem.IsWindows() && kill(processId, (int)signal) == 0;

    /// <summary>Our parent's id; 1 (or a subreaper's) once the parent has died. Unix only.</summary>
    public static int ParentId() => getppid();

    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);

    [LibraryImport("libc")]
    private static partial int getppid();
}
