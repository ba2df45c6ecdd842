using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NextLayer.AppHost.Embedded.Processes;

namespace NextLayer.AppHost.Embedded.Servers;

/// <summary>A folder that belongs to a server's user, and to nobody else.</summary>
internal sealed class ServerFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly SystemUser? user;

    private ServerFolder(string path, SystemUser? user)
    {
        Path = path;
        this.user = user;
    }

    /// <summary>Where it really is; not where it was asked for when the server's user cannot go there.</summary>
    public string Path { get; }

    /// <summary>Makes the folder, or one under <c>/var/lib</c> when <paramref name="user"/> cannot enter the wanted one.</summary>
    public static ServerFolder Open(string wanted, SystemUser? user)
    {
        wanted = System.IO.Path.GetFullPath(wanted);
        Directory.CreateDirectory(wanted);
        if (user is not null && !CanEnter(System.IO.Path.GetDirectoryName(wanted)!, user))
        {
            Directory.Delete(wanted, recursive: false);
            wanted = Substitute(wanted);
            Directory.CreateDirectory(wanted);
        }

        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(wanted, OwnerOnly);
        var folder = new ServerFolder(wanted, user);
        folder.HandOver(recursive: false);
        return folder;
    }

    /// <summary>Deletes a folder made before by <see cref="Open"/>, perhaps elsewhere, with all it holds.</summary>
    /// <returns>Where it was; empty when there was none.</returns>
    public static IReadOnlyList<string> Delete(string wanted)
    {
        wanted = System.IO.Path.GetFullPath(wanted);
        var found = new[] { wanted, Substitute(wanted) }.Where(Directory.Exists).ToList();
        found.ForEach(path => Directory.Delete(path, recursive: true));
        return found;
    }

    public string PathOf(string name) => System.IO.Path.Combine(Path, name);

    public string? Read(string name) => File.Exists(PathOf(name)) ? File.ReadAllText(PathOf(name)).Trim() : null;

    /// <summary>Readable by the owner alone from the moment it exists.</summary>
    public void Write(string name, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(PathOf(name), Encoding.ASCII, options))
            writer.Write(text);
        HandOver(recursive: true);
    }

    private void HandOver(bool recursive)
    {
        if (user is null)
            return;
        string[] flags = recursive ? ["-R"] : [];
        Run("chown", [.. flags, $"{user.Uid}:{user.Gid}", Path]);
    }

    private static bool CanEnter(string folder, SystemUser user) =>
        Run("setpriv", ["--reuid", user.Uid, "--regid", user.Gid, "--clear-groups", "--", "test", "-x", folder]) == 0;

    private static string Substitute(string wanted)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(wanted)))[..8];
        return string.Create(CultureInfo.InvariantCulture, $"/var/lib/nextlayer-{hash}");
    }

    private static int Run(string program, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Executables.Find(program) ?? program, arguments) { WorkingDirectory = "/" })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
