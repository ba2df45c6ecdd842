using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using NextLayer.ControlPlane.Platform.Access;
using Npgsql;

namespace NextLayer.ControlPlane.Platform.Database;

/// <summary>
/// Gives a connection that serves a call of certain tenants the role <c>nextlayer_tenant</c>, under which Postgres itself
/// shows no other tenant's rows (migration 0012). The pool takes the role away again when the connection comes back.
/// </summary>
internal static class TenantConnections
{
    // One statement, so that a connection is never under the role without its tenants.
    private const string EnterSql = "SELECT set_config('nextlayer.tenants', $1, false), set_config('role', 'nextlayer_tenant', false)";

    /// <summary>A connection for what the current call may see; an ordinary one outside of calls and for who may see all.</summary>
    public static async Task<NpgsqlConnection> OpenForCallerAsync(this Databases databases, CancellationToken ct)
    {
        var connection = await databases.Main.OpenConnectionAsync(ct);
        try
        {
            await EnterAsync(connection, CallerScope.Current, ct);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public static async Task EnterAsync(NpgsqlConnection connection, CallerScope scope, CancellationToken ct)
    {
        if (scope.Tenants is not { } tenants)
            return;
        await using var command = new NpgsqlCommand(EnterSql, connection);
        command.Parameters.AddWithValue($"{{{string.Join(',', tenants)}}}");
        await command.ExecuteNonQueryAsync(ct);
    }
}

/// <summary>Does the same for the connections of EF Core.</summary>
internal sealed class TenantConnectionInterceptor : DbConnectionInterceptor
{
    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default) =>
        TenantConnections.EnterAsync((NpgsqlConnection)connection, CallerScope.Current, cancellationToken);

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) =>
        throw new InvalidOperationException("Connections are opened asynchronously.");
}
