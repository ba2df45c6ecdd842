using NextLayer.Contracts.Access;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Registry;
using Npgsql;
using NpgsqlTypes;

namespace NextLayer.ControlPlane.Features.Access;

/// <summary>Reads the audit log.</summary>
internal sealed class AuditReader(Databases databases)
{
    private const string ReadSql = """
        SELECT id, at, tenant_id, actor_kind, actor, actor_name, action, object_type, object_id, address, outcome, detail
        FROM audit_log
        WHERE ($1::uuid IS NULL OR tenant_id = $1) AND ($2::text IS NULL OR actor = $2) AND ($3::text IS NULL OR action = $3)
          AND ($4::text IS NULL OR object_type = $4) AND ($5::text IS NULL OR object_id = $5)
          AND id >= $6 AND id < $7 AND ($8::uuid IS NULL OR id < $8)
        ORDER BY id DESC LIMIT $9
        """;

    /// <param name="tenantId">Null for the whole installation.</param>
    /// <param name="before">The last entry of the page before.</param>
    public async Task<AuditPage> ReadAsync(Guid? tenantId, AuditQuery query, Guid? before, CancellationToken ct)
    {
        await using var command = databases.Main.CreateCommand(ReadSql);
        Add(command, NpgsqlDbType.Uuid, tenantId);
        Add(command, NpgsqlDbType.Text, query.Actor);
        Add(command, NpgsqlDbType.Text, query.Action);
        Add(command, NpgsqlDbType.Text, query.ObjectType);
        Add(command, NpgsqlDbType.Text, query.ObjectId);
        Add(command, NpgsqlDbType.Uuid, query.From is { } from ? RunIds.FirstAt(from.Value) : Guid.Empty);
        Add(command, NpgsqlDbType.Uuid, query.To is { } to ? RunIds.FirstAt(to.Value) : Guid.AllBitsSet);
        Add(command, NpgsqlDbType.Uuid, before);
        Add(command, NpgsqlDbType.Integer, query.Limit + 1); // One more says whether there is a next page.
        await using var row = await command.ExecuteReaderAsync(ct);
        var items = new List<AuditEntry>();
        while (await row.ReadAsync(ct))
            items.Add(Read(row));
        var more = items.Count > query.Limit;
        if (more)
            items.RemoveAt(query.Limit);
        return new AuditPage { Items = items, NextCursor = more ? items[^1].Id.ToString("N") : null };
    }

    private static AuditEntry Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        At = row.GetFieldValue<DateTimeOffset>(1),
        TenantId = row.GetId(2),
        Actor = new AuditActor { Kind = EnumText.Parse<CallerKind>(row.GetString(3)), Subject = row.GetString(4), Name = row.GetText(5) },
        Action = row.GetString(6),
        ObjectType = row.GetString(7),
        ObjectId = row.GetText(8),
        Address = row.GetText(9),
        Outcome = row.GetText(10) is { } outcome ? EnumText.Parse<AuditOutcome>(outcome) : AuditOutcome.Unknown,
        Detail = row.GetJson(11),
    };

    private static void Add(NpgsqlCommand command, NpgsqlDbType type, object? value) =>
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type, Value = value ?? DBNull.Value });
}
