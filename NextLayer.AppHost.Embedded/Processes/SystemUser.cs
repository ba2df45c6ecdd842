namespace NextLayer.AppHost.Embedded.Processes;

/// <summary>
/// The user that servers run as when we are root: PostgreSQL refuses to run as root,
/// and a private Redis has no need to.
/// </summary>
/// <param name="Name">As in <c>/etc/passwd</c>.</param>
/// <param name="Uid">Given to <c>setpriv</c> as a number, so no name service is asked.</param>
/// <param name="Gid">The user's primary group; all others are dropped.</param>
internal sealed record SystemUser(string Name, string Uid, string Gid)
{
    private static readonly string[] Candidates = ["postgres", "nobody"];

    /// <returns>Null when we are not root and our own user will do.</returns>
    public static SystemUser? ForServers()
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
            return null;

        var users = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).Where(fields => fields.Length > 3).ToList();
        return Candidates
            .Select(name => users.Find(fields => fields[0] == name))
            .Where(fields => fields is not null)
            .Select(fields => new SystemUser(fields![0], fields[2], fields[3]))
            .FirstOrDefault()
            ?? throw new ServerException("PostgreSQL cannot run as root, and there is neither a user 'postgres' nor 'nobody' to run it as.");
    }
}
