using System.Net.Http.Json;
using System.Text.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Tests.ControlPlane.Access;
using NextLayer.Tests.ControlPlane.Runs;
using NextLayer.Tests.Support;
using NextLayer.Tests.Worker.Support;
using static NextLayer.Tests.Support.RunJourney;

namespace NextLayer.Tests.Worker;

/// <summary>What a run's templates know of the time it was planned for.</summary>
public sealed class PlannedTimeTests(Servers servers)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Backfill_Run_ReadsTheTimeItMakesUpFor()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var controlPlane = await ControlPlaneHost.StartAsync(queue.Database);
        await using var worker = await TestWorker.StartAsync(controlPlane.Address);
        controlPlane.Http.DefaultRequestHeaders.Add("X-Tenant-Id", queue.TenantId.ToString());
        var version = await AddVersionAsync(queue, """
            {"steps": [{"id": "day", "type": "transform", "config": {"mode": "object", "output": {"at": "{{ run.planned_at }}"}}}]}
            """);
        var schedule = await PostAsync(controlPlane, "/api/v1/triggers/schedule", new { workflow_id = version, cron = "0 9 * * *", enabled = false });

        var report = await PostAsync(
            controlPlane, $"/api/v1/triggers/schedule/{schedule.Text("id")}/backfill", new { from = "2026-05-04T00:00:00Z", to = "2026-05-05T00:00:00Z" });
        var id = report.GetProperty("times")[0].GetProperty("run_id").GetGuid();
        await UntilAsync(controlPlane, id, RunStatus.Succeeded);

        Assert.Equal(
            DateTimeOffset.Parse("2026-05-04T09:00:00Z", System.Globalization.CultureInfo.InvariantCulture),
            JsonElement.Parse(await OutputAsync(queue, id, "day")).GetProperty("result").GetProperty("at").GetDateTimeOffset());
    }

    private static async Task<JsonElement> PostAsync(ControlPlaneHost controlPlane, string address, object body)
    {
        using var answer = await controlPlane.Http.PostAsJsonAsync(address, body, Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonElement.Parse(text);
    }
}
