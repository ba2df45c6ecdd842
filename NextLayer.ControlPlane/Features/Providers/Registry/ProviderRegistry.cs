using System.Reflection;
using Microsoft.Extensions.Options;

namespace NextLayer.ControlPlane.Features.Providers.Registry;

/// <summary>
/// The provider pipelines there are. Files that have changed are read again within seconds; a change with a mistake in it is
/// told once, and what was read before stays in force. While the folder cannot be read at all, the files this program
/// was built with hold.
/// </summary>
internal sealed partial class ProviderRegistry(IOptions<ProviderOptions> options, TimeProvider time, ILogger<ProviderRegistry> logger) : IHostedService
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);

    private readonly string folder = Path.Combine(AppContext.BaseDirectory, options.Value.ConfigFolder);
    private readonly Lock gate = new();
    private ProviderRegistryContent? current;
    private string? seen;
    private long lookedAt;

    /// <summary>As of now, give or take two seconds.</summary>
    public ProviderRegistryContent Current
    {
        get
        {
            lock (gate)
            {
                if (current is null || time.GetElapsedTime(lookedAt) >= BetweenLooks)
                    Look();
                return current!; // The look sets it, or throws.
            }
        }
    }

    /// <exception cref="InvalidOperationException">The files hold mistakes: all of them are told, and the program does not start.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = Current;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Look()
    {
        lookedAt = time.GetTimestamp();
        try
        {
            var stamp = Stamp();
            if (stamp != seen)
                Take(stamp);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            if (current is { IsFallback: true })
                return;
            // Somebody may be about to put the files back: what was read before is no worse than what was built in.
            LogUnreadable(folder, ex.Message);
            seen = null;
            current ??= Fallback();
        }
    }

    private void Take(string stamp)
    {
        var reader = new RegistryReader(Open);
        var entries = reader.Read();
        seen = stamp;
        if (entries is not null)
        {
            current = new ProviderRegistryContent(entries, IsFallback: false);
            LogRead(entries.Count, folder);
            return;
        }

        var mistakes = string.Join(Environment.NewLine, reader.Mistakes.Select(m => $"  {m}"));
        if (current is null)
            throw new InvalidOperationException($"The provider pipelines in {folder} (Providers:ConfigFolder) cannot be used:{Environment.NewLine}{mistakes}");
        LogMistaken(folder, mistakes);
    }

    /// <summary>Changes when any of the files does.</summary>
    /// <exception cref="IOException">The registry cannot be found.</exception>
    private string Stamp()
    {
        var files = new DirectoryInfo(folder).EnumerateFiles("*.yml", SearchOption.AllDirectories).OrderBy(f => f.FullName, StringComparer.Ordinal).ToList();
        var registry = Path.Combine(folder, RegistryReader.RegistryFile);
        return File.Exists(registry)
            ? string.Join('\n', files.Select(f => $"{f.FullName}|{f.LastWriteTimeUtc.Ticks}|{f.Length}"))
            : throw new FileNotFoundException($"There is no {registry}.");
    }

    private string? Open(string file)
    {
        var path = Path.Combine(folder, file);
        return File.Exists(path) ? File.ReadAllText(path) : null;
    }

    private static ProviderRegistryContent Fallback()
    {
        var reader = new RegistryReader(OpenBuiltIn);
        return new ProviderRegistryContent(
            reader.Read() ?? throw new InvalidOperationException($"The built-in provider pipelines hold mistakes: {string.Join(' ', reader.Mistakes)}"), IsFallback: true);
    }

    private static string? OpenBuiltIn(string file)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"configs/{file}");
        if (stream is null)
            return null;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [LoggerMessage(1901, LogLevel.Warning, "The provider pipelines in {Folder} cannot be read: {Reason}")]
    private partial void LogUnreadable(string folder, string reason);

    [LoggerMessage(1902, LogLevel.Error, "The provider pipelines in {Folder} have changed and hold mistakes; those read before stay in force:\n{Mistakes}")]
    private partial void LogMistaken(string folder, string mistakes);

    [LoggerMessage(1903, LogLevel.Debug, "Read {Count} provider pipelines from {Folder}")]
    private partial void LogRead(int count, string folder);
}
