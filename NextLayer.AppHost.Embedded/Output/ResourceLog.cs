namespace NextLayer.AppHost.Embedded.Output;

/// <summary>
/// One process's lines, to its file and, for our own projects, to the terminal. The file begins anew with each start of the AppHost.
/// </summary>
internal sealed class ResourceLog : IDisposable
{
    private readonly Lock gate = new();
    private readonly string label;
    private readonly IResourceOutput? output;
    private readonly StreamWriter file;

    /// <param name="folder">Made if it is not there.</param>
    /// <param name="label">Name of the file and of the lines.</param>
    /// <param name="output">Null for servers, whose talk of memory settings and checkpoints would only hide ours.</param>
    public ResourceLog(string folder, string label, IResourceOutput? output)
    {
        this.label = label;
        this.output = output;
        Directory.CreateDirectory(folder);
        Path = System.IO.Path.Combine(folder, label + ".log");
        // Others may follow it (tail -f) or delete it meanwhile.
        file = new StreamWriter(File.Open(Path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete)) { AutoFlush = true };
    }

    public string Path { get; }

    public void Write(string line)
    {
        lock (gate)
        {
            if (!file.BaseStream.CanWrite)
                return;
            file.WriteLine(line);
        }

        output?.Line(label, line);
    }

    public void Dispose()
    {
        lock (gate)
            file.Dispose();
    }
}
