using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Platform.Secrets;

/// <summary>Keeps the keys of Data Protection where every replica finds them. Keys are only ever added.</summary>
internal sealed class PostgresKeyRing(Databases databases) : IXmlRepository
{
    private const string ReadSql = "SELECT xml FROM secret_keys ORDER BY created_at, name";

    private const string StoreSql = "INSERT INTO secret_keys (name, xml) VALUES ($1, $2) ON CONFLICT DO NOTHING";

    // The interface is synchronous; the framework reads the ring at start and once a day.
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var command = databases.Main.CreateCommand(ReadSql);
        using var row = command.ExecuteReader();
        var keys = new List<XElement>();
        while (row.Read())
            keys.Add(XElement.Parse(row.GetString(0)));
        return keys;
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var command = databases.Main.CreateCommand(StoreSql);
        command.Parameters.AddWithValue(friendlyName);
        command.Parameters.AddWithValue(element.ToString(SaveOptions.DisableFormatting));
        command.ExecuteNonQuery();
    }
}
