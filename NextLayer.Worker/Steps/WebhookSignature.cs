using System.Security.Cryptography;
using System.Text;

namespace NextLayer.Worker.Steps;

/// <summary>
/// Signs deliveries in two ways with one secret: as Standard Webhooks does, whose libraries verify it, and in the older
/// form of one header.
/// </summary>
internal static class WebhookSignature
{
    public const string StripeStyleHeader = "X-NextLayer-Signature";

    private const string Prefix = "whsec_";

    /// <summary>A secret after <c>whsec_</c> is Base64; any other is its own bytes.</summary>
    public static byte[] Key(string secret)
    {
        if (!secret.StartsWith(Prefix, StringComparison.Ordinal))
            return Encoding.UTF8.GetBytes(secret);
        try
        {
            return Convert.FromBase64String(secret[Prefix.Length..]);
        }
        catch (FormatException)
        {
            throw new StepConfigException("config.secret must be Base64 after whsec_.");
        }
    }

    /// <summary>What goes with a delivery; without a key its id and time alone. Receivers look for one signature that is right.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Headers(IReadOnlyList<byte[]> keys, string id, DateTimeOffset now, string body)
    {
        var seconds = now.ToUnixTimeSeconds();
        yield return new("webhook-id", id);
        yield return new("webhook-timestamp", seconds.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (keys.Count == 0)
            yield break;
        yield return new("webhook-signature", string.Join(' ', keys.Select(key => "v1," + Convert.ToBase64String(Hash(key, $"{id}.{seconds}.{body}")))));
        yield return new(StripeStyleHeader, $"t={seconds}" + string.Concat(keys.Select(key => $",v1={Convert.ToHexStringLower(Hash(key, $"{seconds}.{body}"))}")));
    }

    private static byte[] Hash(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
}
