using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Waits.Approvals.Links;

/// <summary>Somebody with a role in the tenant.</summary>
/// <param name="Email">As the membership in the tenant has it; what they gave the installation is not the tenant's to know.</param>
internal sealed record LinkMember(string Subject, string? Email)
{
    /// <summary>All by which an approval, a vote or the start of a run may name them.</summary>
    public IEnumerable<string> Names => Email is null ? [Subject, $"user:{Subject}"] : [Email, Subject, $"user:{Subject}"];
}

/// <summary>Finds whom a name means.</summary>
internal static class LinkMembers
{
    private const string Sql = """
        SELECT subject, max(email) FILTER (WHERE tenant_id IS NOT NULL)
        FROM memberships
        WHERE kind = 'user' AND (tenant_id = $1 OR tenant_id IS NULL)
          AND (lower(subject) = lower($2) OR 'user:' || lower(subject) = lower($2) OR lower(email) = lower($2))
        GROUP BY subject
        """;

    /// <param name="name">E-mail address, subject or <c>user:subject</c>, in whatever letters; several people may share an address.</param>
    public static async Task<IReadOnlyList<LinkMember>> FindAsync(NpgsqlConnection connection, Guid tenantId, string name, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.AddWithValue(tenantId);
        command.Parameters.AddWithValue(name);
        await using var row = await command.ExecuteReaderAsync(ct);
        var members = new List<LinkMember>();
        while (await row.ReadAsync(ct))
            members.Add(new LinkMember(row.GetString(0), row.GetText(1)));
        return members;
    }
}
