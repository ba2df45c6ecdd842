using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace NextLayer.ControlPlane.Platform.Secrets;

/// <summary>
/// Encrypts the key ring with a key that is not in the database: AES-256-GCM, bound to the row it stands in. Written as
/// <c>nlmk1.&lt;key id&gt;.&lt;base64 of nonce, tag and text&gt;</c>.
/// </summary>
internal sealed class MasterKeys
{
    private const string Prefix = "nlmk1.";
    private const int KeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private static readonly char[] Separators = [' ', ',', '\t', '\r', '\n'];

    private readonly List<(string Id, byte[] Key)> keys = [];

    /// <exception cref="InvalidOperationException">The settings make no sense; the message names the one to mend, never its value.</exception>
    public MasterKeys(MasterKeyOptions options)
    {
        if (!string.IsNullOrEmpty(options.MasterKey) && !string.IsNullOrEmpty(options.MasterKeyFile))
            throw new InvalidOperationException("Set Secrets:MasterKey or Secrets:MasterKeyFile, not both.");
        if (!string.IsNullOrEmpty(options.MasterKeyFile))
            Add("Secrets:MasterKeyFile", ReadFile(options.MasterKeyFile));
        else if (!string.IsNullOrEmpty(options.MasterKey))
            Add("Secrets:MasterKey", options.MasterKey);
    }

    public bool IsEmpty => keys.Count == 0;

    private static string ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"Secrets:MasterKeyFile cannot be read: {ex.Message}");
        }
    }

    private void Add(string setting, string text)
    {
        var buffer = new byte[KeyBytes + 1];
        foreach (var part in text.Split(Separators, StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Convert.TryFromBase64String(part, buffer, out var length) || length != KeyBytes)
                throw new InvalidOperationException($"{setting} must hold {KeyBytes} bytes in base64, as 'openssl rand -base64 {KeyBytes}' makes them.");
            var key = buffer[..KeyBytes];
            keys.Add((Convert.ToHexStringLower(SHA256.HashData(key).AsSpan(0, 4)), key));
        }

        if (keys.Count == 0)
            throw new InvalidOperationException($"{setting} holds no key.");
    }

    public static bool IsSealed(string text) => text.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>True when it is sealed with the key that seals today.</summary>
    public bool IsCurrent(string text) => IsEmpty ? !IsSealed(text) : text.StartsWith($"{Prefix}{keys[0].Id}.", StringComparison.Ordinal);

    /// <param name="name">Of the row; the same is needed to open it.</param>
    /// <param name="text">As it is where there is no key.</param>
    public string Seal(string name, string text)
    {
        if (IsEmpty)
            return text;
        var (id, key) = keys[0];
        var plain = Encoding.UTF8.GetBytes(text);
        var sealedBytes = new byte[NonceBytes + TagBytes + plain.Length];
        var (nonce, tag, cipher) = Parts(sealedBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(nonce, plain, cipher, tag, Encoding.UTF8.GetBytes(name));
        return $"{Prefix}{id}.{Convert.ToBase64String(sealedBytes)}";
    }

    /// <returns>False when no key here opens it.</returns>
    public bool TryOpen(string name, string text, [NotNullWhen(true)] out string? opened)
    {
        opened = IsSealed(text) ? null : text;
        if (opened is not null)
            return true;
        if (text.Split('.') is not [_, var id, var base64] || Decode(base64) is not { Length: >= NonceBytes + TagBytes } sealedBytes)
            return false;
        foreach (var (_, key) in keys.Where(known => known.Id == id))
        {
            var (nonce, tag, cipher) = Parts(sealedBytes);
            var plain = new byte[cipher.Count];
            using var aes = new AesGcm(key, TagBytes);
            try
            {
                aes.Decrypt(nonce, cipher, tag, plain, Encoding.UTF8.GetBytes(name));
            }
            catch (AuthenticationTagMismatchException)
            {
                continue;
            }

            opened = Encoding.UTF8.GetString(plain);
            return true;
        }

        return false;
    }

    private static byte[]? Decode(string base64)
    {
        var buffer = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, buffer, out var length) ? buffer[..length] : null;
    }

    private static (ArraySegment<byte> Nonce, ArraySegment<byte> Tag, ArraySegment<byte> Cipher) Parts(byte[] bytes) =>
        (new(bytes, 0, NonceBytes), new(bytes, NonceBytes, TagBytes), new(bytes, NonceBytes + TagBytes, bytes.Length - NonceBytes - TagBytes));
}
