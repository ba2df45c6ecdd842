using NextLayer.AppHost.Embedded.Servers;

namespace NextLayer.AppHost.Embedded.Running;

/// <summary>
/// The folder of one running AppHost: data volumes, <c>logs/</c>, <c>state.json</c>. Locked while it runs, since two
/// owners of one database would be the end of it.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    private readonly FileStream held;
    private readonly TemporaryFolder? temporary;

    private RunFolder(string path, FileStream held, TemporaryFolder? temporary)
    {
        Path = path;
        this.held = held;
        this.temporary = temporary;
    }

    public string Path { get; }

    public string Logs => System.IO.Path.Combine(Path, "logs");

    public string StateFile => System.IO.Path.Combine(Path, "state.json");

    public string Volume(string name) => System.IO.Path.Combine(Path, name);

    /// <param name="path">Null takes a folder that is deleted at the end.</param>
    public static RunFolder Open(string? path)
    {
        var temporary = path is null ? TemporaryFolder.Create() : null;
        path = System.IO.Path.GetFullPath(path ?? temporary!.Path);
        try
        {
            Directory.CreateDirectory(path);
            // Root's umask may keep others out, and the database server runs as one of them.
            if (temporary is null && !OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            var held = File.Open(System.IO.Path.Combine(path, "apphost.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new RunFolder(path, held, temporary);
        }
        catch (UnauthorizedAccessException ex)
        {
            throw new ServerException($"{path} belongs to another user. Start as that user, delete the folder, or give another one with --data.", ex);
        }
        catch (IOException ex)
        {
            throw new ServerException(
                $"Another AppHost is running on {path} (state.json there tells its process id). Stop it, or start this one with --ephemeral or --data <folder>.", ex);
        }
    }

    /// <returns>The folders that were there.</returns>
    public IReadOnlyList<string> Reset(IEnumerable<string> volumes) => [.. volumes.SelectMany(volume => ServerFolder.Delete(Volume(volume)))];

    public void Dispose()
    {
        held.Dispose();
        temporary?.Dispose();
    }
}
