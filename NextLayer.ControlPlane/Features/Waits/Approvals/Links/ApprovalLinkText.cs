using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace NextLayer.ControlPlane.Features.Waits.Approvals.Links;

/// <summary>How the secret of a link is written: <c>nla_&lt;secret&gt;</c>.</summary>
internal sealed class ApprovalLinkText
{
    private const string Prefix = "nla_";
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private static readonly SearchValues<char> Known = SearchValues.Create(Letters);

    // 43 letters out of 62 are 256 bits.
    private const int Length = 43;

    private readonly string secret;

    private ApprovalLinkText(string secret)
    {
        this.secret = secret;
        Hash = SHA256.HashData(Encoding.ASCII.GetBytes(secret));
    }

    public byte[] Hash { get; }

    public static ApprovalLinkText Create() => new(RandomNumberGenerator.GetString(Letters, Length));

    /// <summary>Null for anything that is not written like one.</summary>
    public static ApprovalLinkText? Parse(string text) =>
        text.Length == Prefix.Length + Length && text.StartsWith(Prefix, StringComparison.Ordinal) && text.AsSpan(Prefix.Length).IndexOfAnyExcept(Known) < 0
            ? new ApprovalLinkText(text[Prefix.Length..])
            : null;

    /// <summary>The whole secret; <see cref="ToString"/> does not tell it.</summary>
    public string Reveal() => Prefix + secret;
}
