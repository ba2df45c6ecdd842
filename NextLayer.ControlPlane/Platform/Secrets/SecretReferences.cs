namespace NextLayer.ControlPlane.Platform.Secrets;

/// <summary>Section <c>Secrets:References</c>.</summary>
internal sealed class SecretReferenceOptions
{
    /// <summary>
    /// What <c>secrets_ref</c> may name, each <c>env:NAME</c> or <c>file:/path</c>, ending in <c>*</c> where more may follow.
    /// <c>{tenant}</c> stands for the tenant's id in 32 hexadecimal digits, without which every tenant may name it. Empty:
    /// nothing may be named.
    /// </summary>
    public IList<string> Allowed { get; } = [];
}

/// <summary>
/// Reads secrets that are kept outside of the database: in the environment or in files of the control plane. Tenants write
/// the references, so nothing can be named that the operator did not allow.
/// </summary>
internal sealed class SecretReferences
{
    private const string Environment = "env:";
    private const string File = "file:";
    private const int MostBytes = 64 * 1024;

    private readonly IReadOnlyList<string> allowed;

    /// <exception cref="InvalidOperationException">An allowed pattern makes no sense.</exception>
    public SecretReferences(SecretReferenceOptions options)
    {
        allowed = [.. options.Allowed.Select(pattern => pattern.Trim()).Where(pattern => pattern.Length > 0)];
        if (allowed.FirstOrDefault(pattern => !IsPattern(pattern)) is { } bad)
            throw new InvalidOperationException($"Secrets:References:Allowed holds '{bad}', which is neither env:NAME nor file:/path, with * at its end at most.");
    }

    private static bool IsPattern(string pattern) =>
        (pattern.StartsWith(Environment, StringComparison.Ordinal) && pattern.Length > Environment.Length)
        || (pattern.StartsWith(File + "/", StringComparison.Ordinal) && !pattern.TrimEnd('*').Contains('*', StringComparison.Ordinal));

    /// <summary>False for a text that is only a note.</summary>
    public static bool IsReference(string? text) =>
        text is not null && (text.StartsWith(Environment, StringComparison.Ordinal) || text.StartsWith(File, StringComparison.Ordinal));

    public bool IsAllowed(string reference, Guid tenantId)
    {
        if (reference.StartsWith(File, StringComparison.Ordinal) && !IsPlainPath(reference[File.Length..]))
            return false;
        return allowed.Select(pattern => pattern.Replace("{tenant}", tenantId.ToString("n"), StringComparison.Ordinal)).Any(pattern => pattern.EndsWith('*')
            ? reference.StartsWith(pattern[..^1], StringComparison.Ordinal) && reference.Length >= pattern.Length
            : reference == pattern);
    }

    // A path that means what it says: nothing in it climbs out of the folder it begins with.
    private static bool IsPlainPath(string path) =>
        path.StartsWith('/') && !path.Contains('\0', StringComparison.Ordinal) && Path.GetFullPath(path) == path;

    /// <returns>The value, or the sentence that says why there is none.</returns>
    public async Task<(string? Value, string? Problem)> ReadAsync(string reference, Guid tenantId, CancellationToken ct)
    {
        if (!IsAllowed(reference, tenantId))
            return (null, $"secrets_ref '{reference}' is not among those this installation allows.");
        var value = reference.StartsWith(Environment, StringComparison.Ordinal)
            ? System.Environment.GetEnvironmentVariable(reference[Environment.Length..])
            : await ReadFileAsync(reference[File.Length..], ct);
        return string.IsNullOrEmpty(value)
            ? (null, $"secrets_ref '{reference}' leads to nothing: it is missing, empty, larger than {MostBytes / 1024} KiB or cannot be read by the control plane.")
            : (value, null);
    }

    private static async Task<string?> ReadFileAsync(string path, CancellationToken ct)
    {
        try
        {
            await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 4096, useAsync: true);
            var bytes = new byte[MostBytes + 1];
            var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, ct);
            return length > MostBytes ? null : System.Text.Encoding.UTF8.GetString(bytes, 0, length).TrimEnd('\r', '\n');
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
