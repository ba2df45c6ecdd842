namespace NextLayer.AppHost.Embedded.Servers;

/// <summary>
/// A folder that goes with us. What a killed owner left behind is removed by the next one to make such a folder:
/// an owner holds its folder's lock file open, and the system lets go of it whatever ends the owner.
/// </summary>
internal sealed class TemporaryFolder : IDisposable
{
    private const string Prefix = "nextlayer-";
    private const string LockName = "owner.lock";

    // Any user may pass through; what must be private is a folder further down.
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly FileStream held;

    private TemporaryFolder(string path)
    {
        Path = path;
        held = File.Open(System.IO.Path.Combine(path, LockName), FileMode.CreateNew, FileAccess.Write, FileShare.None);
    }

    public string Path { get; }

    public static TemporaryFolder Create()
    {
        foreach (var left in Directory.EnumerateDirectories(System.IO.Path.GetTempPath(), Prefix + "*"))
            DeleteIfOrphaned(left);

        var path = Directory.CreateTempSubdirectory(Prefix).FullName;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, Mode);
        return new TemporaryFolder(path);
    }

    public void Dispose()
    {
        held.Dispose();
        DeleteIfOrphaned(Path);
    }

    private static void DeleteIfOrphaned(string folder)
    {
        try
        {
            using (File.Open(System.IO.Path.Combine(folder, LockName), FileMode.Open, FileAccess.Write, FileShare.None))
                Directory.Delete(folder, recursive: true);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            // Somebody's: no lock file of ours, or held, or another user's, or a dying server still writes to it.
        }
    }
}
