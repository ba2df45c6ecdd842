using System.Security.Cryptography;

namespace NextLayer.ControlPlane.Features.Triggers.Webhooks;

/// <summary>Secrets as Standard Webhooks writes them: <c>whsec_</c> and 24 to 64 bytes in base64.</summary>
internal static class WebhookSecretText
{
    private const string Prefix = "whsec_";
    private const int MadeBytes = 32;
    private const int LeastBytes = 24;
    private const int MostBytes = 64;

    public static byte[] Make() => RandomNumberGenerator.GetBytes(MadeBytes);

    public static string Write(byte[] secret) => Prefix + Convert.ToBase64String(secret);

    /// <summary>Enough of it to tell it from others: its last four characters.</summary>
    public static string Hint(byte[] secret) => $"{Prefix}…{Convert.ToBase64String(secret)[^4..]}";

    /// <returns>Null when the text is no secret.</returns>
    public static byte[]? Read(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        var buffer = new byte[text.Length];
        return Convert.TryFromBase64String(text[Prefix.Length..], buffer, out var length) && length is >= LeastBytes and <= MostBytes
            ? buffer[..length]
            : null;
    }
}
