using NextLayer.Contracts.Access;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;
using NpgsqlTypes;

namespace NextLayer.ControlPlane.Features.Access;

/// <summary>The tenants of a caller, as a person would call them.</summary>
internal sealed class MembershipNames(Databases databases)
{
    private const string ReadSql = "SELECT id, name, slug FROM tenants WHERE id = ANY ($1) ORDER BY lower(name), id LIMIT 1000";

    public async Task<IReadOnlyList<MyMembership>> DescribeAsync(Caller caller, CancellationToken ct)
    {
        if (caller.Roles.Count == 0)
            return [];
        await using var command = databases.Main.CreateCommand(ReadSql);
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid, Value = caller.Roles.Keys.ToArray() });
        await using var row = await command.ExecuteReaderAsync(ct);
        var memberships = new List<MyMembership>();
        while (await row.ReadAsync(ct))
        {
            memberships.Add(new MyMembership
            {
                TenantId = row.GetGuid(0),
                TenantName = row.GetString(1),
                TenantSlug = row.GetString(2),
                Role = caller.Roles[row.GetGuid(0)],
                Permissions = caller.PermissionsIn(row.GetGuid(0)),
            });
        }

        return memberships;
    }
}
