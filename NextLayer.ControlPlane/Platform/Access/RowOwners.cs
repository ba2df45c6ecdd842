using Microsoft.Extensions.Caching.Memory;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Platform.Access;

/// <summary>Rows that an address names by their id.</summary>
internal enum RowKind
{
    Tenant,
    Facility,
    ConnectorInstance,
    Pipeline,
    PipelineVersion,
    Run,
}

/// <summary>Which tenant a row belongs to. That never changes, so that it is remembered.</summary>
internal sealed class RowOwners(Databases databases) : IDisposable
{
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(5);

    private readonly MemoryCache known = new(new MemoryCacheOptions { SizeLimit = 50_000 });

    /// <summary>Null when there is no such row.</summary>
    public async ValueTask<Guid?> FindAsync(RowKind kind, Guid id, CancellationToken ct)
    {
        if (known.TryGetValue((kind, id), out Guid owner))
            return owner;
        await using var command = databases.Main.CreateCommand(Sql(kind));
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        if (await command.ExecuteScalarAsync(ct) is not Guid found)
            return null;
        Remember(kind, id, found);
        return found;
    }

    /// <summary>As the other, of many runs; those there are none of are not in the answer.</summary>
    public async ValueTask<IReadOnlyDictionary<Guid, Guid>> FindRunsAsync(IEnumerable<Guid> ids, CancellationToken ct)
    {
        var found = new Dictionary<Guid, Guid>();
        var unknown = new List<Guid>();
        foreach (var id in ids)
        {
            if (known.TryGetValue((RowKind.Run, id), out Guid owner))
                found[id] = owner;
            else
                unknown.Add(id);
        }

        if (unknown.Count == 0)
            return found;
        await using var command = databases.Main.CreateCommand("SELECT id, tenant_id FROM pipeline_runs WHERE id = ANY ($1)");
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. unknown] });
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
            Remember(RowKind.Run, row.GetGuid(0), found[row.GetGuid(0)] = row.GetGuid(1));
        return found;
    }

    private void Remember(RowKind kind, Guid id, Guid owner) =>
        known.Set((kind, id), owner, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Remembered });

    private static string Sql(RowKind kind) => kind switch
    {
        RowKind.Tenant => "SELECT id FROM tenants WHERE id = $1",
        RowKind.Facility => "SELECT tenant_id FROM facilities WHERE id = $1",
        RowKind.ConnectorInstance => "SELECT tenant_id FROM connector_instances WHERE id = $1",
        RowKind.Pipeline => "SELECT tenant_id FROM pipelines WHERE id = $1",
        RowKind.PipelineVersion => "SELECT tenant_id FROM pipeline_versions WHERE id = $1",
        _ => "SELECT tenant_id FROM pipeline_runs WHERE id = $1",
    };

    public void Dispose() => known.Dispose();
}
