using System.Security.Cryptography;
using System.Text;

namespace NextLayer.ControlPlane.Features.Tenants;

/// <summary>Makes the name of a tenant in addresses from its name.</summary>
internal static class Slugs
{
    private const int MaxLength = 50;
    private const int MinLength = 3;

    /// <summary>Lower-case ASCII letters and digits, all else underscores: <c>Acme &amp; Sons</c> gives <c>acme_sons</c>.</summary>
    public static string From(string name)
    {
        var slug = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsAsciiLetterOrDigit(c))
                slug.Append(char.ToLowerInvariant(c));
            else if (slug.Length > 0 && slug[^1] != '_')
                slug.Append('_');
        }

        var text = slug.ToString(0, Math.Min(slug.Length, MaxLength)).Trim('_');
        return text.Length >= MinLength ? text : $"{text}_org".TrimStart('_');
    }

    /// <summary>Another one for a slug that is taken. Random, because many tenants may have the same name.</summary>
    public static string Vary(string slug) =>
        $"{slug[..Math.Min(slug.Length, MaxLength - 7)]}_{RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 6)}";
}
