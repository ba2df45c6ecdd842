using System.Globalization;
using System.Text.RegularExpressions;
using NextLayer.AppHost.Embedded.Processes;

namespace NextLayer.AppHost.Embedded.Servers;

/// <summary>One installed PostgreSQL: the folder with <c>initdb</c> and <c>postgres</c>, and its major version.</summary>
internal sealed partial record PostgresBinaries(string Folder, int MajorVersion)
{
    // Where packages put servers that they do not put in PATH; * stands for the version.
    private static readonly string[] PackageFolders =
    [
        "/usr/lib/postgresql/*/bin",            // Debian, Ubuntu
        "/usr/pgsql-*/bin",                     // PostgreSQL's own RPMs
        "/usr/libexec/postgresql*",             // Alpine
        "/opt/homebrew/opt/postgresql@*/bin",   // Homebrew on Apple silicon
        "/usr/local/opt/postgresql@*/bin",      // Homebrew on Intel
        "/Applications/Postgres.app/Contents/Versions/*/bin",
        "C:/Program Files/PostgreSQL/*/bin",
    ];

    public string Initdb => Program("initdb");

    public string Postgres => Program("postgres");

    /// <param name="folder">Where to look and nowhere else; null looks in all usual places.</param>
    /// <param name="madeBy">Major version that made the data, which alone can read it; null takes the newest.</param>
    public static PostgresBinaries Find(string? folder, int? madeBy)
    {
        var installed = (folder is null ? Installed() : [folder])
            .Where(candidate => File.Exists(Path.Combine(candidate, Named("initdb"))) && File.Exists(Path.Combine(candidate, Named("postgres"))))
            .Select(candidate => new PostgresBinaries(candidate, ReadVersion(candidate)))
            .OrderByDescending(candidate => candidate.MajorVersion)
            .ToList();

        if (installed.Count == 0)
            throw new ServerException(
                "No PostgreSQL server was found in PATH or the usual places. ./start.sh installs it; by hand: "
                + "'apt-get install postgresql' on Debian and Ubuntu, 'brew install postgresql@17' on macOS.");

        return installed.Find(candidate => madeBy is null || candidate.MajorVersion == madeBy)
            ?? throw new ServerException(
                $"The data was made by PostgreSQL {madeBy}, but only {string.Join(", ", installed.Select(i => i.MajorVersion).Distinct())} "
                + "is installed. Install that version, or start with --reset to begin anew.");
    }

    private static IEnumerable<string> Installed() =>
        Executables.SearchPath().Concat(PackageFolders.SelectMany(Expand));

    private static IEnumerable<string> Expand(string pattern)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        var parent = pattern[..pattern.LastIndexOf('/', star)];
        var rest = pattern[(parent.Length + 1)..].Split('/', 2);
        if (!Directory.Exists(parent))
            return [];
        return Directory.EnumerateDirectories(parent, rest[0]).Select(found => rest.Length > 1 ? Path.Combine(found, rest[1]) : found);
    }

    private static int ReadVersion(string folder)
    {
        using var process = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo(Path.Combine(folder, Named("postgres")), ["--version"]) { RedirectStandardOutput = true })!;
        var answer = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var match = VersionNumber().Match(answer);
        return match.Success ? int.Parse(match.Value, CultureInfo.InvariantCulture) : 0;
    }

    private static string Named(string program) => OperatingSystem.IsWindows() ? program + ".exe" : program;

    private string Program(string name) => Path.Combine(Folder, Named(name));

    [GeneratedRegex(@"\d+")]
    private static partial Regex VersionNumber();
}
