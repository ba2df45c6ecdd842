using System.Security.Cryptography;
using System.Text;

namespace NextLayer.ControlPlane.Platform.Access.Keys;

/// <summary>How a key is written: <c>nlk_&lt;id&gt;_&lt;secret&gt;</c>. The id finds it, the secret proves it.</summary>
internal sealed record ApiKeyText(string KeyId, string Secret)
{
    public const string Prefix = "nlk_";
    public const string Shape = "nlk_<12 to 32 small letters or digits>_<32 to 128 letters or digits>";

    private const string IdLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
    private const string SecretLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int IdLength = 16;

    // 43 letters out of 62 are 256 bits.
    private const int SecretLength = 43;

    public byte[] SecretHash { get; } = SHA256.HashData(Encoding.ASCII.GetBytes(Secret));

    public static ApiKeyText Create() =>
        new(RandomNumberGenerator.GetString(IdLetters, IdLength), RandomNumberGenerator.GetString(SecretLetters, SecretLength));

    /// <summary>Null for anything that is not written like a key.</summary>
    public static ApiKeyText? Parse(string text) =>
        text.Split('_') is ["nlk", { Length: >= 12 and <= 32 } id, { Length: >= 32 and <= 128 } secret]
        && id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)) && secret.All(char.IsAsciiLetterOrDigit)
            ? new ApiKeyText(id, secret)
            : null;

    public bool Proves(byte[] secretHash) => CryptographicOperations.FixedTimeEquals(SecretHash, secretHash);

    /// <summary>The whole credential.</summary>
    public string Reveal() => $"{Prefix}{KeyId}_{Secret}";

    // A record would print the secret.
    public override string ToString() => $"{Prefix}{KeyId}";
}
