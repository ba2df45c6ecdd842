using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Platform.Secrets;

/// <summary>
/// Keeps the keys of Data Protection where every replica finds them, encrypted where there is a master key. Keys are only
/// ever added.
/// </summary>
internal sealed partial class PostgresKeyRing(Databases databases, MasterKeys masters, ILogger<PostgresKeyRing> log) : IXmlRepository
{
    private const string ReadSql = "SELECT name, xml FROM secret_keys ORDER BY created_at, name";

    private const string StoreSql = "INSERT INTO secret_keys (name, xml) VALUES ($1, $2) ON CONFLICT DO NOTHING";

    // The interface is synchronous; the framework reads the ring at start and once a day.
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var command = databases.Main.CreateCommand(ReadSql);
        using var row = command.ExecuteReader();
        var keys = new List<XElement>();
        while (row.Read())
            keys.Add(XElement.Parse(Open(row.GetString(0), row.GetString(1))));
        return keys;
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var command = databases.Main.CreateCommand(StoreSql);
        command.Parameters.AddWithValue(friendlyName);
        command.Parameters.AddWithValue(masters.Seal(friendlyName, element.ToString(SaveOptions.DisableFormatting)));
        command.ExecuteNonQuery();
    }

    private const string RewriteSql = "UPDATE secret_keys SET xml = $3 WHERE name = $1 AND xml = $2";

    /// <summary>
    /// Seals with today's master key what lies there open or sealed with an older one. Safe with any number of replicas:
    /// each row is only changed from what was read.
    /// </summary>
    /// <exception cref="InvalidOperationException">A key is sealed with a master key that is not given here.</exception>
    public async Task PrepareAsync(CancellationToken ct)
    {
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        foreach (var (name, xml) in await ReadAsync(connection, ct))
        {
            var opened = Open(name, xml);
            if (masters.IsCurrent(xml))
                continue;
            await using var command = new NpgsqlCommand(RewriteSql, connection);
            command.Parameters.AddWithValue(name);
            command.Parameters.AddWithValue(xml);
            command.Parameters.AddWithValue(masters.Seal(name, opened));
            if (await command.ExecuteNonQueryAsync(ct) == 1)
                LogResealed(name);
        }

        if (masters.IsEmpty)
            LogOpenRing();
    }

    private static async Task<List<(string Name, string Xml)>> ReadAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(ReadSql, connection);
        await using var row = await command.ExecuteReaderAsync(ct);
        var rows = new List<(string, string)>();
        while (await row.ReadAsync(ct))
            rows.Add((row.GetString(0), row.GetString(1)));
        return rows;
    }

    // Without it the framework would quietly make a new key, and nothing sealed before could be opened.
    private string Open(string name, string xml) => masters.TryOpen(name, xml, out var opened)
        ? opened
        : throw new InvalidOperationException(
            $"The key ring's {name} is encrypted with a master key that is not among those given. Set Secrets:MasterKey or Secrets:MasterKeyFile to the one it was made with; several may be given.");

    [LoggerMessage(1704, LogLevel.Warning, "The key ring that seals secrets lies unencrypted in the database, because neither Secrets:MasterKey nor Secrets:MasterKeyFile is set; docs/security.md says what that means")]
    private partial void LogOpenRing();

    [LoggerMessage(1705, LogLevel.Information, "The key ring's {Name} was encrypted with the present master key")]
    private partial void LogResealed(string name);
}
