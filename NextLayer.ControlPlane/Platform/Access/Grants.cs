using System.Collections.Frozen;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using NextLayer.Contracts.Access;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Platform.Access;

/// <summary>The roles of one subject.</summary>
/// <param name="Platform">In every tenant and for the installation itself.</param>
internal sealed record Grants(Role? Platform, IReadOnlyDictionary<Guid, Role> Tenants)
{
    public static readonly Grants None = new(null, FrozenDictionary<Guid, Role>.Empty);
}

/// <summary>
/// Reads roles, those of the settings included, and remembers them for <see cref="Remembered"/>: so long may a right that was taken away on another replica
/// still be used here.
/// </summary>
internal sealed class GrantStore(Databases databases, IOptions<AuthOptions> options) : IDisposable
{
    /// <summary>How long what is known of a caller is not asked again.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromSeconds(5);

    private const string ReadSql = "SELECT tenant_id, role FROM memberships WHERE kind = $1 AND subject = $2";

    private readonly HashSet<string> administrators =
        [.. options.Value.Administrators.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    private readonly MemoryCache known = new(new MemoryCacheOptions { SizeLimit = 50_000 });

    public async ValueTask<Grants> FindAsync(CallerKind kind, string subject, CancellationToken ct)
    {
        if (known.TryGetValue((kind, subject), out Grants? grants))
            return grants!; // Only values are put in.
        grants = await ReadAsync(kind, subject, ct);
        known.Set((kind, subject), grants, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Remembered });
        return grants;
    }

    /// <summary>After a change made here, so that it counts here at once.</summary>
    public void Forget(CallerKind kind, string subject) => known.Remove((kind, subject));

    private async Task<Grants> ReadAsync(CallerKind kind, string subject, CancellationToken ct)
    {
        await using var command = databases.Main.CreateCommand(ReadSql);
        command.Parameters.AddWithValue(EnumText.Of(kind));
        command.Parameters.AddWithValue(subject);
        await using var row = await command.ExecuteReaderAsync(ct);
        Role? platform = null;
        var tenants = new Dictionary<Guid, Role>();
        while (await row.ReadAsync(ct))
        {
            var role = EnumText.Parse<Role>(row.GetString(1));
            if (row.GetId(0) is { } tenant)
                tenants.Add(tenant, role);
            else
                platform = role;
        }

        if (kind == CallerKind.User && administrators.Contains(subject))
            platform = Role.Admin;
        return new Grants(platform, tenants.ToFrozenDictionary());
    }

    public void Dispose() => known.Dispose();
}
