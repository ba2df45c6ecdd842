using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using NextLayer.Contracts.Access;

namespace NextLayer.ControlPlane.Platform.Access.Tokens;

/// <summary>Finds out who shows a token of the identity provider.</summary>
internal sealed class TokenReader(SigningKeys keys, GrantStore grants, IOptions<AuthOptions> options, TimeProvider time)
{
    private const int MaxSubject = 255;
    private const int MaxEmail = 320;

    /// <summary>Clocks may differ by this much.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    private static readonly JsonWebTokenHandler Handler = new();

    private static readonly string[] MetadataNames = ["full_name", "name"];

    /// <returns>Null for a token that proves nothing; why is not told.</returns>
    /// <exception cref="KeysUnavailableException">Nobody can say now.</exception>
    public async ValueTask<Caller?> FindAsync(string token, CancellationToken ct)
    {
        if (TokenHeader.Read(token) is not { } header || await keys.FindAsync(header, ct) is not { } key)
            return null;
        var result = Handler.ValidateToken(token, Rules(header, key));
        if (!result.IsValid || result.SecurityToken is not JsonWebToken { Subject: { Length: > 0 and <= MaxSubject } subject } valid || !IsSound(subject))
            return null;
        var roles = await grants.FindAsync(CallerKind.User, subject, ct);
        return new Caller
        {
            Kind = CallerKind.User,
            Subject = subject,
            Name = NameIn(valid),
            Email = Claim(valid, "email") is { Length: <= MaxEmail } email ? email : null,
            ExpiresAt = valid.ValidTo < DateTime.MaxValue - Skew ? new DateTimeOffset(valid.ValidTo, TimeSpan.Zero) + Skew : DateTimeOffset.MaxValue,
            PlatformRole = roles.Platform,
            Roles = roles.Tenants,
            Groups = [.. valid.Claims.Where(claim => claim.Type == "groups").Select(claim => claim.Value)],
        };
    }

    private TokenValidationParameters Rules(TokenHeader header, SecurityKey key) => new()
    {
        ValidAlgorithms = [header.Algorithm],
        IssuerSigningKey = key,
        TryAllIssuerSigningKeys = true, // There is the one, whatever the token calls it.
        RequireSignedTokens = true,
        RequireExpirationTime = true,
        ValidIssuer = options.Value.Jwt.Issuer,
        ValidAudience = options.Value.Jwt.Audience,
        LifetimeValidator = IsNow,
    };

    private bool IsNow(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters rules)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return expires is { } end && now - Skew < end && (notBefore is not { } start || now + Skew >= start);
    }

    // Supabase keeps what the person calls themselves in user_metadata.
    private static string? NameIn(JsonWebToken token) =>
        Claim(token, "name")
        ?? (Claim(token, "user_metadata") is { } metadata ? NameIn(metadata) : null);

    private static string? NameIn(string metadata)
    {
        try
        {
            using var json = JsonDocument.Parse(metadata);
            return json.RootElement.ValueKind != JsonValueKind.Object ? null
                : MetadataNames
                    .Select(name => json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null)
                    .FirstOrDefault(name => !string.IsNullOrWhiteSpace(name) && IsSound(name));
        }
        catch (Exception ex) when (ex is JsonException or InvalidOperationException) // The latter of a text that is no Unicode.
        {
            return null;
        }
    }

    private static string? Claim(JsonWebToken token, string name) =>
        token.TryGetClaim(name, out var claim) && claim.Value is { Length: > 0 } value && IsSound(value) ? value : null;

    /// <summary>Whether Postgres can store it.</summary>
    private static bool IsSound(string text) =>
        !text.Contains('\0', StringComparison.Ordinal)
        && Utf8.FromUtf16(text, new byte[Encoding.UTF8.GetMaxByteCount(text.Length)], out _, out _, replaceInvalidSequences: false) == OperationStatus.Done;
}
