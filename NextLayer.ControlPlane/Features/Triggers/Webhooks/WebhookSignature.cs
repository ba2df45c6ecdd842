using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace NextLayer.ControlPlane.Features.Triggers.Webhooks;

/// <summary>The three headers of a call signed per Standard Webhooks.</summary>
/// <param name="Id">Null where it is absent or unusable.</param>
/// <param name="IsIdUnusable">Whether there is an id that is none: repeated, too long or not visible ASCII.</param>
internal sealed record WebhookHeaders(string? Id, bool IsIdUnusable, string? Timestamp, string? Signatures)
{
    public const string IdName = "webhook-id";
    public const string TimestampName = "webhook-timestamp";
    public const string SignatureName = "webhook-signature";

    private const int MaxIdLength = 255;

    public static WebhookHeaders From(IHeaderDictionary headers)
    {
        var id = headers[IdName] is [{ Length: >= 1 and <= MaxIdLength } text] && text.All(c => c is > ' ' and <= '~') ? text : null;
        return new WebhookHeaders(
            id,
            IsIdUnusable: id is null && headers.ContainsKey(IdName),
            headers[TimestampName] is [var timestamp] ? timestamp : null,
            headers[SignatureName] is { Count: > 0 } signatures ? string.Join(' ', signatures.ToArray()) : null);
    }

    /// <summary>Whether the sender means to sign.</summary>
    public bool AreSigned => Signatures is not null;
}

/// <summary>Verifies signatures per Standard Webhooks: HMAC-SHA256 over id, timestamp and the bytes of the body as received.</summary>
internal static class WebhookSignature
{
    /// <summary>How far a timestamp may be from now, either way: what is older may be a replay.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private const string Version = "v1,";

    /// <param name="secrets">Any of them will do: while one is rotated, two are valid.</param>
    /// <param name="now">The database's clock, the same for all replicas.</param>
    /// <returns>Null when it is good; else what is wrong, in a sentence.</returns>
    public static string? FindFlaw(WebhookHeaders headers, ReadOnlySpan<byte> body, IReadOnlyList<byte[]> secrets, DateTimeOffset now)
    {
        if (headers is not { Id: { } id, Timestamp: { } timestamp, Signatures: { } signatures })
            return $"The call must be signed: it needs the headers {WebhookHeaders.IdName}, {WebhookHeaders.TimestampName} and {WebhookHeaders.SignatureName}, each once.";
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
            return $"{WebhookHeaders.TimestampName} must be a Unix time in whole seconds.";
        if ((now - DateTimeOffset.FromUnixTimeSeconds(seconds)).Duration() > Tolerance)
            return $"{WebhookHeaders.TimestampName} is more than {Tolerance.TotalMinutes} minutes from the time here, {now:u}.";
        return Matches(Encoding.ASCII.GetBytes($"{id}.{timestamp}."), body, signatures, secrets)
            ? null
            : $"No signature in {WebhookHeaders.SignatureName} is that of this message with a valid secret.";
    }

    private static bool Matches(byte[] head, ReadOnlySpan<byte> body, string signatures, IReadOnlyList<byte[]> secrets)
    {
        var given = signatures.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Where(s => s.StartsWith(Version, StringComparison.Ordinal))
            .Select(s => Encoding.ASCII.GetBytes(s[Version.Length..])).ToList();
        var found = false;
        foreach (var secret in secrets)
        {
            using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
            hmac.AppendData(head);
            hmac.AppendData(body);
            var expected = Encoding.ASCII.GetBytes(Convert.ToBase64String(hmac.GetHashAndReset()));
            // All are compared, and each in constant time: how long it takes tells nothing about how near one was.
            foreach (var signature in given)
                found |= CryptographicOperations.FixedTimeEquals(expected, signature);
        }

        return found;
    }
}
