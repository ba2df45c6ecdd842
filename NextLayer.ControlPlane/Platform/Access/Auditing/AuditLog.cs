using System.Text.Json;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Json;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Registry;
using NextLayer.ControlPlane.Platform.Tenancy;
using Npgsql;
using NpgsqlTypes;

namespace NextLayer.ControlPlane.Platform.Access.Auditing;

/// <summary>
/// Writes down who changed what. The entry is there before the call is carried out and is completed after it: a process
/// that dies in between leaves one whose outcome is unknown, never a change without an entry.
/// </summary>
/// <remarks>Workers' calls and the creation of single runs are not entered here: a run's own events say who and when.</remarks>
internal sealed class AuditLog(Databases databases, RunIds ids, RowOwners owners, ILogger<AuditLog> logger)
{
    private const string BeginSql = """
        INSERT INTO audit_log (id, tenant_id, actor_kind, actor, actor_name, action, object_type, object_id, address)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """;

    private const string EndSql = """
        UPDATE audit_log SET outcome = $2, detail = $3, tenant_id = coalesce(tenant_id, $4), object_id = coalesce(object_id, $5)
        WHERE id = $1 AND outcome IS NULL
        """;

    /// <summary>Carries the call out, with an entry where it is one that changes something.</summary>
    public async Task FollowAsync(HttpContext context, Endpoint endpoint, AccessRule rule, RequestDelegate call)
    {
        if (rule.IsOpen || rule.Permission == Permission.Work || !Changes(context.Request.Method)
            || endpoint.Metadata.GetMetadata<NotAudited>() is not null)
        {
            await call(context);
            return;
        }

        var entry = await BeginAsync(context, endpoint);
        var trail = new AuditTrail();
        context.Features.Set(trail);
        var finished = false;
        try
        {
            await call(context);
            finished = true;
        }
        finally
        {
            await EndAsync(entry, trail.TenantId, trail.ObjectId ?? IdIn(context.Response), finished ? context.Response.StatusCode : StatusCodes.Status500InternalServerError);
        }
    }

    private static bool Changes(string method) =>
        HttpMethods.IsPost(method) || HttpMethods.IsPut(method) || HttpMethods.IsPatch(method) || HttpMethods.IsDelete(method);

    private async Task<Entry> BeginAsync(HttpContext context, Endpoint endpoint)
    {
        var caller = context.Features.Get<Caller>()!; // Only calls that were let in come here.
        var action = endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? endpoint.DisplayName ?? "";
        var row = endpoint.Metadata.GetMetadata<NamedRow>();
        var objectId = context.Request.RouteValues[row?.RouteValue ?? "id"]?.ToString();
        var entry = new Entry(ids.Next(), action, caller.Label);
        await using var command = databases.Main.CreateCommand(BeginSql);
        command.Parameters.AddWithValue(entry.Id);
        command.Parameters.Add(Nullable(NpgsqlDbType.Uuid, await TenantOfAsync(context, row, objectId)));
        command.Parameters.AddWithValue(EnumText.Of(caller.Kind));
        command.Parameters.AddWithValue(caller.Subject);
        command.Parameters.Add(Nullable(NpgsqlDbType.Text, caller.Name));
        command.Parameters.AddWithValue(action);
        command.Parameters.AddWithValue(ObjectTypeOf(action, row));
        command.Parameters.Add(Nullable(NpgsqlDbType.Text, objectId));
        command.Parameters.Add(Nullable(NpgsqlDbType.Text, context.Connection.RemoteIpAddress?.ToString()));
        await command.ExecuteNonQueryAsync(context.RequestAborted);
        return entry;
    }

    // Not with the request's token: a caller who hangs up leaves no call unfinished.
    private async Task EndAsync(Entry entry, Guid? tenantId, Guid? objectId, int status)
    {
        var outcome = status switch
        {
            < 400 => AuditOutcome.Succeeded,
            < 500 => AuditOutcome.Refused,
            _ => AuditOutcome.Failed,
        };
        try
        {
            await using var command = databases.Main.CreateCommand(EndSql);
            command.Parameters.AddWithValue(entry.Id);
            command.Parameters.AddWithValue(EnumText.Of(outcome));
            command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Jsonb, Value = JsonSerializer.Serialize(new { status }, NextLayerJson.Options) });
            command.Parameters.Add(Nullable(NpgsqlDbType.Uuid, tenantId));
            command.Parameters.Add(Nullable(NpgsqlDbType.Text, objectId?.ToString()));
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (NpgsqlException ex)
        {
            logger.AuditNotCompleted(entry.Action, entry.Actor, ex.Message);
        }
    }

    // What was made stands at the address that the answer gives.
    private static Guid? IdIn(HttpResponse response) =>
        response.StatusCode < 300 && Guid.TryParse(response.Headers.Location.ToString().Split('/')[^1], out var id) ? id : null;

    private async ValueTask<Guid?> TenantOfAsync(HttpContext context, NamedRow? row, string? objectId) =>
        context.Features.Get<CallerTenant>() is { } tenant ? tenant.Id
        : row is not null && Guid.TryParse(objectId, out var id) ? await owners.FindAsync(row.Kind, id, context.RequestAborted)
        : null;

    // CreateConnectorInstance is about a connector_instance.
    private static string ObjectTypeOf(string action, NamedRow? row)
    {
        if (row is not null)
            return JsonNamingPolicy.SnakeCaseLower.ConvertName(row.Kind.ToString());
        var noun = 1;
        while (noun < action.Length && !char.IsUpper(action[noun]))
            noun++;
        return JsonNamingPolicy.SnakeCaseLower.ConvertName(noun < action.Length ? action[noun..] : action);
    }

    private static NpgsqlParameter Nullable(NpgsqlDbType type, object? value) => new() { NpgsqlDbType = type, Value = value ?? DBNull.Value };

    private sealed record Entry(Guid Id, string Action, string Actor);
}
