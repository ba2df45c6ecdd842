using System.Net;
using System.Text.Json;
using NextLayer.Contracts.Access;
using NextLayer.Tests.Support;
using Npgsql;

namespace NextLayer.Tests.ControlPlane.Access;

public sealed class AuditTests(Servers servers)
{
    [Fact]
    public async Task Audit_SaysWhoDidWhatToWhichObjectFromWhereAndHowItEnded()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        var key = stack.Ours.Keys[Role.Operator];
        var run = stack.Ours.Run;
        await stack.PostAsync(key, $"/api/runs/{run}/cancel");
        await stack.PostAsync(key, $"/api/runs/{run}/retry");

        var entries = await ReadAsync(stack, stack.Ours.Keys[Role.Admin], $"?object_id={run}");

        Assert.Equal([("RetryRun", "refused"), ("CancelRun", "succeeded")], entries.Select(entry => (entry.Text("action"), entry.Text("outcome"))));
        Assert.All(entries, entry => Assert.Equal(("run", "127.0.0.1", key.Split('_')[1]), (entry.Text("object_type"), entry.Text("address"), entry.GetProperty("actor").Text("subject"))));
        Approved.Equal("AuditEntry", entries[0].GetRawText().Replace(key.Split('_')[1], "<key_id>", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Audit_NamesWhatWasMadeAndBelongsToItsTenant()
    {
        await using var stack = await AccessStack.StartAsync(servers);

        var ours = await ReadAsync(stack, stack.Ours.Keys[Role.Admin], "?action=CreateFacility");
        var theirs = await ReadAsync(stack, stack.Theirs.Keys[Role.Admin], "?action=CreateFacility");
        var schedules = await ReadAsync(stack, stack.Ours.Keys[Role.Admin], "?action=SaveSchedule");
        var all = await ReadAsync(stack, stack.AdminKey, "?scope=platform&action=CreateFacility");

        Assert.Equal([stack.Ours.Facility.ToString()], ours.Select(entry => entry.Text("object_id")));
        Assert.Equal([stack.Theirs.Facility.ToString()], theirs.Select(entry => entry.Text("object_id")));
        Assert.Equal([stack.Ours.Schedule.ToString()], schedules.Select(entry => entry.Text("object_id")));
        Assert.Equal(2, all.Count);
        Assert.Equal(HttpStatusCode.Forbidden, (await stack.GetAsync(stack.Ours.Keys[Role.Admin], "/api/v1/audit?scope=platform")).Status);
    }

    [Fact]
    public async Task Audit_PageAfterPage_HasEveryEntryOnce()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        var ids = new List<string>();
        var cursor = "";
        do
        {
            var page = (await stack.GetAsync(stack.Ours.Keys[Role.Admin], $"/api/v1/audit?limit=2{cursor}")).Json;
            ids.AddRange(page.GetProperty("items").EnumerateArray().Select(entry => entry.Text("id")));
            cursor = page.GetProperty("next_cursor") is { ValueKind: JsonValueKind.String } next ? $"&cursor={next.GetString()}" : "";
        }
        while (cursor.Length > 0);

        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.Equal(ids.OrderDescending(StringComparer.Ordinal), ids);
        Assert.Equal(await stack.Database.AskAsync<long>("SELECT count(*) FROM audit_log WHERE tenant_id = $1", stack.Ours.Tenant), ids.Count);
    }

    [Theory]
    [InlineData("UPDATE audit_log SET actor = 'somebody else'")]
    [InlineData("UPDATE audit_log SET outcome = 'refused'")]
    [InlineData("DELETE FROM audit_log")]
    [InlineData("TRUNCATE audit_log")]
    public async Task AuditLog_CannotBeChanged(string sql)
    {
        await using var stack = await AccessStack.StartAsync(servers);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => stack.Database.ExecuteAsync(sql));

        Assert.Contains("append-only", refused.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Audit_NeverHoldsABody()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        await stack.PostAsync(stack.Ours.Keys[Role.Admin], "/api/connector-instances", $$$"""{"tenant_id": "{{{stack.Ours.Tenant}}}", "connector_type": "http", "config": {"password": "canary-7c1"}}""");

        Assert.Equal(0L, await stack.Database.AskAsync<long>("SELECT count(*) FROM audit_log a WHERE a::text LIKE '%canary-7c1%'"));
    }

    private static async Task<List<JsonElement>> ReadAsync(AccessStack stack, string key, string query) =>
        [.. (await stack.GetAsync(key, $"/api/v1/audit{query}")).Json.GetProperty("items").EnumerateArray()];
}
