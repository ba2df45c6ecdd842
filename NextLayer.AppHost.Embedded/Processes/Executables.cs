namespace NextLayer.AppHost.Embedded.Processes;

/// <summary>Programs by name, as a shell would find them.</summary>
internal static class Executables
{
    /// <returns>The full path, or null when <c>PATH</c> has no such program.</returns>
    public static string? Find(string name) =>
        SearchPath()
            .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name))
            .FirstOrDefault(File.Exists);

    /// <summary><c>PATH</c>, then the system folders a daemon's or cron's <c>PATH</c> tends to lack.</summary>
    public static IEnumerable<string> SearchPath()
    {
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        string[] system = OperatingSystem.IsWindows() ? [] : ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin", "/opt/homebrew/bin"];
        return path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Concat(system).Distinct();
    }
}
