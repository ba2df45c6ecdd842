using System.Collections.Frozen;
using Microsoft.Extensions.Caching.Memory;
using NextLayer.Contracts.Access;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Registry;
using Npgsql;

namespace NextLayer.ControlPlane.Platform.Access.Keys;

/// <summary>Finds out who shows a key.</summary>
internal sealed class ApiKeyReader(Databases databases, GrantStore grants, TimeProvider time) : IDisposable
{
    private const string ReadSql = "SELECT id, secret_hash, name, scopes, expires_at, revoked_at FROM api_keys WHERE key_id = $1";

    // A row that is rewritten with every call would be dear; a minute is fine enough to tell a key that nobody uses.
    private const string TouchSql = """
        UPDATE api_keys SET last_used_at = now(), last_used_from = $2
        WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
        """;

    private static readonly TimeSpan BetweenTouches = TimeSpan.FromMinutes(1);

    // Compared with where there is no such key, so that the answer takes as long.
    private static readonly byte[] Nobody = new byte[32];

    private readonly MemoryCache known = new(new MemoryCacheOptions { SizeLimit = 50_000 });
    private readonly MemoryCache touched = new(new MemoryCacheOptions { SizeLimit = 50_000 });

    /// <returns>Null for a key that is unknown, wrong, expired or revoked: which of them is not told.</returns>
    public async ValueTask<Caller?> FindAsync(ApiKeyText key, string? address, CancellationToken ct)
    {
        var stored = await StoredAsync(key.KeyId, ct);
        if (!key.Proves(stored?.SecretHash ?? Nobody) || stored is null || IsOver(stored))
            return null;
        await TouchAsync(stored.Id, address, ct);
        return await CallerOfAsync(key.KeyId, stored, ct);
    }

    /// <summary>What a key may do that nobody shows now; null for one that is unknown, expired or revoked.</summary>
    public async ValueTask<Caller?> FindAsync(string keyId, CancellationToken ct) =>
        await StoredAsync(keyId, ct) is { } stored && !IsOver(stored) ? await CallerOfAsync(keyId, stored, ct) : null;

    private bool IsOver(StoredKey stored) => stored.RevokedAt is not null || stored.ExpiresAt <= time.GetUtcNow();

    private async ValueTask<Caller> CallerOfAsync(string keyId, StoredKey stored, CancellationToken ct)
    {
        var roles = await grants.FindAsync(CallerKind.ApiKey, keyId, ct);
        return new Caller
        {
            Kind = CallerKind.ApiKey,
            Subject = keyId,
            Name = stored.Name,
            ExpiresAt = stored.ExpiresAt,
            PlatformRole = roles.Platform,
            Roles = roles.Tenants,
            Scopes = stored.Scopes,
        };
    }

    /// <summary>After a change made here, so that it counts here at once.</summary>
    public void Forget(string keyId) => known.Remove(keyId);

    private async ValueTask<StoredKey?> StoredAsync(string keyId, CancellationToken ct)
    {
        if (known.TryGetValue(keyId, out StoredKey? stored))
            return stored;
        stored = await ReadAsync(keyId, ct);
        known.Set(keyId, stored, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = GrantStore.Remembered });
        return stored;
    }

    private async Task<StoredKey?> ReadAsync(string keyId, CancellationToken ct)
    {
        await using var command = databases.Main.CreateCommand(ReadSql);
        command.Parameters.AddWithValue(keyId);
        await using var row = await command.ExecuteReaderAsync(ct);
        if (!await row.ReadAsync(ct))
            return null;
        return new StoredKey(
            row.GetGuid(0),
            row.GetFieldValue<byte[]>(1),
            row.GetString(2),
            row.IsDBNull(3) ? null : row.GetFieldValue<string[]>(3).Select(EnumText.Parse<Permission>).ToFrozenSet(),
            row.GetTime(4),
            row.GetTime(5));
    }

    private async Task TouchAsync(Guid id, string? address, CancellationToken ct)
    {
        if (touched.TryGetValue(id, out _))
            return;
        touched.Set(id, true, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = BetweenTouches });
        await using var command = databases.Main.CreateCommand(TouchSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        command.Parameters.AddWithValue((object?)address ?? DBNull.Value);
        await command.ExecuteNonQueryAsync(ct);
    }

    public void Dispose()
    {
        known.Dispose();
        touched.Dispose();
    }

    private sealed record StoredKey(
        Guid Id, byte[] SecretHash, string Name, FrozenSet<Permission>? Scopes, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt);
}
