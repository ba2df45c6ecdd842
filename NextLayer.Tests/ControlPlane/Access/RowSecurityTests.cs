using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NextLayer.Contracts.Access;
using NextLayer.ControlPlane.Features.Runs;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Registry;
using NextLayer.Tests.Support;
using Npgsql;

namespace NextLayer.Tests.ControlPlane.Access;

/// <summary>The second line: what Postgres itself refuses a call of one tenant, were the first line to forget something.</summary>
public sealed class RowSecurityTests(Servers servers)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("SELECT count(*) FROM tenants")]
    [InlineData("SELECT count(*) FROM facilities")]
    [InlineData("SELECT count(*) FROM connector_instances")]
    [InlineData("SELECT count(*) FROM connector_secrets")]
    [InlineData("SELECT count(*) FROM pipelines")]
    [InlineData("SELECT count(*) FROM pipeline_versions")]
    [InlineData("SELECT count(*) FROM pipeline_runs")]
    [InlineData("SELECT count(DISTINCT run_id) FROM run_events")]
    public async Task Statement_ThatForgetsTheTenant_SeesOnlyItsOwn(string sql)
    {
        await using var stack = await AccessStack.StartAsync(servers);
        await using var connection = await OpenAsync(stack, stack.Ours.Tenant);
        await using var command = new NpgsqlCommand(sql, connection);

        Assert.Equal(1L, await command.ExecuteScalarAsync(Ct));
    }

    [Theory]
    [InlineData("UPDATE facilities SET name = 'taken'")]
    [InlineData("DELETE FROM facilities")]
    [InlineData("UPDATE tenants SET name = 'taken'")]
    public async Task Change_ThatForgetsTheTenant_LeavesOthersAlone(string sql)
    {
        await using var stack = await AccessStack.StartAsync(servers);
        await using var connection = await OpenAsync(stack, stack.Ours.Tenant);
        await using var command = new NpgsqlCommand(sql, connection);

        Assert.Equal(1, await command.ExecuteNonQueryAsync(Ct));
        Assert.Equal(1L, await stack.Database.AskAsync<long>("SELECT count(*) FROM facilities WHERE tenant_id = $1 AND name = 'Shop'", stack.Theirs.Tenant));
    }

    [Fact]
    public async Task Insert_ForAnotherTenant_IsRefused()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        await using var connection = await OpenAsync(stack, stack.Ours.Tenant);
        await using var command = new NpgsqlCommand("INSERT INTO facilities (id, tenant_id, name) VALUES (gen_random_uuid(), $1, 'Spy')", connection);
        command.Parameters.AddWithValue(stack.Theirs.Tenant);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(Ct));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Theory]
    [InlineData("SELECT secret_hash FROM webhook_secrets")]
    [InlineData("SELECT xml FROM secret_keys")]
    [InlineData("SELECT * FROM audit_log")]
    public async Task Statement_OnWhatNoTenantReadsDirectly_IsRefused(string sql)
    {
        await using var stack = await AccessStack.StartAsync(servers);
        await using var connection = await OpenAsync(stack, stack.Ours.Tenant);
        await using var command = new NpgsqlCommand(sql, connection);

        await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(Ct));
    }

    [Fact]
    public async Task Registry_WithItsOwnFilterSwitchedOff_StillSeesOnlyTheCallersRows()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        new CallerScope([stack.Ours.Tenant]).Enter();
        await using var services = stack.Host.Services.CreateAsyncScope();
        var db = services.ServiceProvider.GetRequiredService<RegistryContext>();

        var facilities = await db.Facilities.IgnoreQueryFilters().Select(row => row.TenantId).ToListAsync(Ct);

        Assert.Equal([stack.Ours.Tenant], facilities);
        Assert.Null(await stack.Host.Get<RunReader>().FindAsync(stack.Theirs.Run, Ct));
        Assert.NotNull(await stack.Host.Get<RunReader>().FindAsync(stack.Ours.Run, Ct));
    }

    [Fact]
    public async Task Connection_ThatServedOneTenant_ServesTheNextCallWithItsOwnRights()
    {
        await using var stack = await AccessStack.StartAsync(servers, null, ("Database:PoolSize", "2"));

        for (var i = 0; i < 3; i++)
        {
            var ours = (await stack.GetAsync(stack.Ours.Keys[Role.Viewer], "/api/facilities")).Json.GetProperty("items");
            var all = (await stack.GetAsync(stack.AdminKey, "/api/facilities")).Json.GetProperty("items");
            var theirs = (await stack.GetAsync(stack.Theirs.Keys[Role.Viewer], "/api/facilities")).Json.GetProperty("items");

            Assert.Equal(stack.Ours.Facility, Assert.Single(ours.EnumerateArray()).GetProperty("id").GetGuid());
            Assert.Equal(2, all.GetArrayLength());
            Assert.Equal(stack.Theirs.Facility, Assert.Single(theirs.EnumerateArray()).GetProperty("id").GetGuid());
            Assert.Equal(HttpStatusCode.OK, (await stack.GetAsync(stack.Ours.Keys[Role.Viewer], $"/api/runs/{stack.Ours.Run}")).Status);
        }
    }

    private static async Task<NpgsqlConnection> OpenAsync(AccessStack stack, Guid tenant)
    {
        new CallerScope([tenant]).Enter();
        var connection = await stack.Host.Get<Databases>().OpenForCallerAsync(Ct);
        CallerScope.Everything.Enter();
        return connection;
    }
}
