using System.Diagnostics;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.Tests.ControlPlane.Triggers;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.EndToEnd;

/// <summary>Real control planes, killed while they fire schedules.</summary>
public sealed class KilledControlPlaneTests(Servers servers)
{
    private const int Schedules = 400;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Schedules_ControlPlanesKilledWhileFiring_EachPlannedTimeMakesOneRun()
    {
        await using var schedules = await TestSchedules.CreateAsync(servers);
        for (var i = 0; i < Schedules; i++)
            await schedules.AddAsync(minutesAgo: 20, catchUp: "all");
        var controlPlanes = Enumerable.Range(0, 3).Select(_ => Start(schedules.Database.ConnectionString)).ToList();
        try
        {
            await FiresAsync(schedules, atLeast: 1);
            controlPlanes[0].Kill();
            await FiresAsync(schedules, atLeast: Schedules * 20 / 3);
            controlPlanes[1].Kill();
            await FiresAsync(schedules, atLeast: Schedules * 21);
        }
        finally
        {
            foreach (var process in controlPlanes)
            {
                process.Kill();
                await process.WaitForExitAsync(Ct);
                process.Dispose();
            }
        }

        Assert.Empty(await schedules.Database.ListAsync<string>("SELECT reason FROM schedule_fires WHERE outcome <> 'started'"));
        // Nothing left out: from the first to the last the planned times of each schedule are one minute apart.
        Assert.Equal(0L, await schedules.Database.AskAsync<long>(
            """
            SELECT count(*) FROM (
                SELECT planned_at - lag(planned_at) OVER (PARTITION BY schedule_id ORDER BY planned_at) AS gap FROM schedule_fires) g
            WHERE gap <> interval '1 minute'
            """));
        // Nothing doubled, and no run without its planned time.
        Assert.Equal(
            await schedules.Database.AskAsync<long>("SELECT count(*) FROM schedule_fires"),
            await schedules.Database.AskAsync<long>(
                """
                SELECT count(*) FROM pipeline_runs r
                JOIN run_triggers t ON t.run_id = r.id
                JOIN schedule_fires f ON f.schedule_id = t.trigger_id AND f.planned_at = t.planned_at AND f.run_id = r.id
                """));
        Assert.Equal(await schedules.AllRunsAsync(), await schedules.Database.AskAsync<long>("SELECT count(*) FROM schedule_fires"));
    }

    private static Process Start(string connectionString)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Databases).Assembly.Location])
        {
            RedirectStandardOutput = true,
            Environment =
            {
                ["ConnectionStrings__nextlayer"] = connectionString,
                ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
                ["Logging__LogLevel__Default"] = "Warning",
            },
        };
        var process = Process.Start(start)!; // A new process each time.
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    private static async Task FiresAsync(TestSchedules schedules, int atLeast)
    {
        var fires = 0L;
        for (var left = 3000; left > 0; left--)
        {
            fires = await schedules.Database.AskAsync<long>("SELECT count(*) FROM schedule_fires");
            if (fires >= atLeast)
                return;
            await Task.Delay(20, Ct); // Other processes are at work; no clock of ours can hurry them.
        }

        throw new TimeoutException($"The control planes fired {fires} of {atLeast} planned times within 60 s.");
    }
}
