using System.Diagnostics;

namespace NextLayer.Tests.AppHost;

/// <summary>What these tests ask of the operating system.</summary>
internal static class Unix
{
    /// <summary>Whether a process runs; one that ended and was not yet collected by its parent does not.</summary>
    public static bool IsAlive(int processId)
    {
        var stat = $"/proc/{processId}/stat";
        if (Directory.Exists("/proc/self"))
        {
            try
            {
                var text = File.ReadAllText(stat);
                return text[text.LastIndexOf(')') + 2] is not ('Z' or 'X');
            }
            catch (IOException)
            {
                return false;
            }
        }

        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Temporary folders are the owner's alone; a server started by root runs as somebody else.</summary>
    public static void LetOthersIn(string folder)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder)
                | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        }
    }
}
