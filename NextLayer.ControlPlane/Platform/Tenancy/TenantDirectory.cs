using Microsoft.Extensions.Caching.Memory;
using NextLayer.ControlPlane.Platform.Database;

namespace NextLayer.ControlPlane.Platform.Tenancy;

/// <summary>Which tenants exist, asked with every call; a deleted one is forgotten within seconds.</summary>
internal sealed class TenantDirectory(Databases databases) : IDisposable
{
    private const string ExistsSql = "SELECT EXISTS (SELECT FROM tenants WHERE id = $1)";

    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(10);

    private readonly MemoryCache known = new(new MemoryCacheOptions { SizeLimit = 10_000 });

    public async ValueTask<bool> ExistsAsync(Guid id, CancellationToken ct)
    {
        if (known.TryGetValue(id, out _))
            return true;
        await using var command = databases.Main.CreateCommand(ExistsSql);
        command.Parameters.AddWithValue(id);
        if (await command.ExecuteScalarAsync(ct) is not true)
            return false;
        known.Set(id, true, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Remembered });
        return true;
    }

    public void Dispose() => known.Dispose();
}
