namespace NextLayer.AppHost.Embedded.Processes;

/// <summary>
/// Wraps a command so that the child dies with us and does not hear our Ctrl+C.
/// <list type="bullet">
/// <item>Linux: <c>setsid setpriv --pdeathsig</c>. Both replace themselves by the command, so the process id is the command's.</item>
/// <item>Other Unix: <see cref="Reaper"/>, and a session of its own where perl is there to make one.</item>
/// <item>Windows: <see cref="WindowsJob"/>.</item>
/// </list>
/// </summary>
internal static class ProcessTies
{
    private static readonly string? Setsid = Executables.Find("setsid");
    private static readonly string? Setpriv = Executables.Find("setpriv");
    private static readonly string? Perl = Executables.Find("perl");

    /// <summary>Whether the kernel itself ties the child to us; otherwise a <see cref="Reaper"/> must.</summary>
    public static bool KernelKillsOrphans => OperatingSystem.IsWindows() || (OperatingSystem.IsLinux() && Setpriv is not null);

    /// <summary>Whether each child leads its own process group, so that a signal reaches its own children too.</summary>
    public static bool OwnGroups => !OperatingSystem.IsWindows() && (Setsid ?? Perl) is not null;

    /// <returns>The command line, program first.</returns>
    public static IReadOnlyList<string> Wrap(ChildCommand command)
    {
        var line = new List<string>();
        if (Setsid is not null)
            line.Add(Setsid);
        else if (OwnGroups)
            line.AddRange([Perl!, "-e", "use POSIX; POSIX::setsid(); exec { $ARGV[0] } @ARGV", "--"]);

        if (OperatingSystem.IsLinux() && Setpriv is not null)
            // One call for both: a change of user after the signal is set would clear it again.
            line.AddRange([Setpriv, "--pdeathsig", SignalName(command.OnOurDeath), .. AsUser(command.User), "--"]);
        else if (command.User is not null)
            throw new ServerException("Running PostgreSQL from a root account needs 'setpriv' (package util-linux).");

        line.Add(command.FileName);
        line.AddRange(command.Arguments);
        return line;
    }

    private static string[] AsUser(SystemUser? user) =>
        user is null ? [] : ["--reuid", user.Uid, "--regid", user.Gid, "--clear-groups"];

    private static string SignalName(ChildSignal signal) => signal switch
    {
        ChildSignal.Interrupt => "INT",
        ChildSignal.Quit => "QUIT",
        ChildSignal.Terminate => "TERM",
        _ => "KILL",
    };
}
