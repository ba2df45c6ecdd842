using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace NextLayer.ControlPlane.Platform.Access.Tokens;

/// <summary>The keys that may have signed a token: the secret for HS256, the published set for RS256 and ES256.</summary>
internal sealed class SigningKeys(IHttpClientFactory clients, IOptions<AuthOptions> options, TimeProvider time, ILogger<SigningKeys> logger) : IDisposable
{
    public const string HttpClientName = "jwks";

    private const int MinRsaBits = 2048;

    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(10);

    // A stranger may send any number of unknown key ids; the set is not fetched more often than this for them.
    private static readonly TimeSpan BetweenFetches = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim fetching = new(1);
    private volatile KeySet current = new([], null, null);

    /// <summary>The key that must have made the signature; null when there is none.</summary>
    /// <exception cref="KeysUnavailableException">The set was never read, and cannot be now.</exception>
    public async ValueTask<SecurityKey?> FindAsync(TokenHeader header, CancellationToken ct) => header.Algorithm switch
    {
        // A public key is never a secret: the algorithm alone decides where a key is looked for.
        SecurityAlgorithms.HmacSha256 => options.Value.Jwt.Secret is { } secret ? new SymmetricSecurityKey(Encoding.UTF8.GetBytes(secret)) : null,
        SecurityAlgorithms.RsaSha256 or SecurityAlgorithms.EcdsaSha256 => options.Value.Jwt.JwksUri is { } uri ? await FindPublicAsync(uri, header, ct) : null,
        _ => null,
    };

    private async ValueTask<SecurityKey?> FindPublicAsync(Uri uri, TokenHeader header, CancellationToken ct)
    {
        var set = current;
        if (set.Pick(header) is { } key && time.GetUtcNow() - set.ReadAt < Fresh)
            return key;
        set = await RefreshAsync(uri, set, ct);
        if (set.ReadAt is null)
            throw new KeysUnavailableException();
        return set.Pick(header);
    }

    /// <returns>The newest set there is: when it cannot be read again, the one we have.</returns>
    private async Task<KeySet> RefreshAsync(Uri uri, KeySet seen, CancellationToken ct)
    {
        await fetching.WaitAsync(ct);
        try
        {
            var now = time.GetUtcNow();
            if (current != seen || now - current.TriedAt < BetweenFetches)
                return current; // Somebody else was quicker, or only just now.
            current = await FetchAsync(uri, ct) is { } keys ? new KeySet(keys, now, now) : current with { TriedAt = now };
            return current;
        }
        finally
        {
            fetching.Release();
        }
    }

    private async Task<IReadOnlyList<JsonWebKey>?> FetchAsync(Uri uri, CancellationToken ct)
    {
        try
        {
            using var http = clients.CreateClient(HttpClientName);
            var keys = new JsonWebKeySet(await http.GetStringAsync(uri, ct)).Keys.Where(IsUsable).ToList();
            logger.KeySetRead(uri, keys.Count);
            return keys;
        }
        catch (Exception ex) when (ex is HttpRequestException or ArgumentException or TaskCanceledException && !ct.IsCancellationRequested)
        {
            logger.KeySetUnreadable(uri, ex.Message);
            return null;
        }
    }

    private static bool IsUsable(JsonWebKey key) =>
        key.Use is null or "" or "sig"
        && key switch
        {
            { Kty: JsonWebAlgorithmsKeyTypes.RSA } => key.KeySize >= MinRsaBits,
            { Kty: JsonWebAlgorithmsKeyTypes.EllipticCurve, Crv: JsonWebKeyECTypes.P256 } => true,
            _ => false,
        };

    public void Dispose() => fetching.Dispose();

    private sealed record KeySet(IReadOnlyList<JsonWebKey> Keys, DateTimeOffset? ReadAt, DateTimeOffset? TriedAt)
    {
        /// <summary>The key of that id; where the token names none, the only one of its kind.</summary>
        public JsonWebKey? Pick(TokenHeader header)
        {
            var type = header.Algorithm == SecurityAlgorithms.RsaSha256 ? JsonWebAlgorithmsKeyTypes.RSA : JsonWebAlgorithmsKeyTypes.EllipticCurve;
            var fitting = Keys.Where(key =>
                key.Kty == type
                && (string.IsNullOrEmpty(key.Alg) || key.Alg == header.Algorithm)
                && (header.KeyId is null || key.Kid == header.KeyId));
            return fitting.Take(2).ToArray() is [var only] ? only : null;
        }
    }
}

/// <summary>Nobody can say now whether a token is genuine.</summary>
internal sealed class KeysUnavailableException : Exception;
