using NextLayer.ControlPlane.Features.Triggers.Schedules;
using NextLayer.Tests.Support;
using Npgsql;

namespace NextLayer.Tests.ControlPlane.Triggers;

public sealed class SchedulerTests(Servers servers)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunOnce_Due_MakesOneRunAndPlansTheNext()
    {
        await using var schedules = await TestSchedules.CreateAsync(servers);
        var id = await schedules.AddAsync(input: """{"name": "Ada"}""", catchUp: "last");
        var scheduler = schedules.Scheduler();

        await TestSchedules.DrainAsync(scheduler);
        await TestSchedules.DrainAsync(scheduler);

        Assert.Equal(1, await schedules.RunsAsync(id));
        Assert.Equal("""{"name": "Ada"}""", await schedules.Database.AskAsync<string>("SELECT parameters::text FROM run_inputs"));
        Assert.True(await schedules.Database.AskAsync<bool>("SELECT next_fire_at > now() FROM schedules"));
        Assert.Equal("run.queued", await schedules.Database.AskAsync<string>("SELECT type FROM run_events"));
    }

    [Fact]
    public async Task RunOnce_ManyReplicasAtOnce_EachPlannedTimeMakesOneRun()
    {
        await using var schedules = await TestSchedules.CreateAsync(servers);
        for (var i = 0; i < 120; i++)
            await schedules.AddAsync(minutesAgo: 2, catchUp: "all");
        var replicas = Enumerable.Range(0, 6).Select(_ => schedules.Scheduler()).ToList();

        await Task.WhenAll(replicas.Select(TestSchedules.DrainAsync));

        Assert.Equal(120L, await schedules.Database.AskAsync<long>("SELECT count(DISTINCT schedule_id) FROM schedule_fires"));
        Assert.Equal(0L, await schedules.Database.AskAsync<long>("SELECT count(*) FROM schedules WHERE next_fire_at <= now() - interval '30 seconds'"));
        Assert.True(await schedules.Database.AskAsync<long>("SELECT count(*) FROM schedule_fires") >= 360);
        Assert.Equal(
            await schedules.Database.AskAsync<long>("SELECT count(*) FROM schedule_fires WHERE outcome = 'started'"), await schedules.AllRunsAsync());
        Assert.Equal(
            await schedules.AllRunsAsync(), await schedules.Database.AskAsync<long>("SELECT count(DISTINCT (trigger_id, planned_at)) FROM run_triggers"));
    }

    [Fact]
    public async Task RunOnce_ReplicaDiesInTheMiddle_AnotherMakesTheOneRun()
    {
        await using var schedules = await TestSchedules.CreateAsync(servers);
        var id = await schedules.AddAsync(catchUp: "last");
        await using var gate = await schedules.Database.Databases.Main.OpenConnectionAsync(Ct);
        await using var shut = await gate.BeginTransactionAsync(Ct);
        await ExecuteAsync(gate, "LOCK TABLE run_triggers IN SHARE MODE"); // The dying one gets as far as this: row and run are written.

        var dying = schedules.Scheduler().RunOnceAsync(Ct);
        var backend = await BlockedBackendAsync(schedules.Database);
        var meanwhile = await schedules.Scheduler().RunOnceAsync(Ct);
        await schedules.Database.ExecuteAsync("SELECT pg_terminate_backend($1)", backend);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => dying);
        await shut.RollbackAsync(Ct);
        var before = await schedules.AllRunsAsync();
        await TestSchedules.DrainAsync(schedules.Scheduler());

        Assert.False(meanwhile);
        Assert.Equal(0, before);
        Assert.Equal(["started"], await schedules.OutcomesAsync(id));
        Assert.Equal((1L, 1L), (await schedules.RunsAsync(id), await schedules.AllRunsAsync()));
    }

    [Fact]
    public async Task RunOnce_VersionDeprecatedAfterTheLook_LooksAgain()
    {
        await using var schedules = await TestSchedules.CreateAsync(servers);
        var id = await schedules.AddAsync(catchUp: "last");
        await using var gate = await schedules.Database.Databases.Main.OpenConnectionAsync(Ct);
        await using var shut = await gate.BeginTransactionAsync(Ct);
        await ExecuteAsync(gate, "LOCK TABLE schedule_fires IN SHARE MODE"); // Between the look and the insert.

        var scheduler = schedules.Scheduler();
        var pass = scheduler.RunOnceAsync(Ct);
        await BlockedBackendAsync(schedules.Database);
        await schedules.Database.ExecuteAsync("UPDATE pipeline_versions SET status = 'DEPRECATED'");
        await shut.RollbackAsync(Ct);
        var again = await pass;
        await TestSchedules.DrainAsync(scheduler);

        Assert.True(again);
        Assert.Equal(["failed"], await schedules.OutcomesAsync(id));
        Assert.Equal(0, await schedules.AllRunsAsync());
    }

    [Fact]
    public async Task RunOnce_PlannedTimeDealtWithBefore_MakesNoSecondRun()
    {
        await using var schedules = await TestSchedules.CreateAsync(servers);
        var id = await schedules.AddAsync(catchUp: "last");
        var scheduler = schedules.Scheduler();
        await TestSchedules.DrainAsync(scheduler);
        await schedules.Database.ExecuteAsync("UPDATE schedules SET next_fire_at = (SELECT max(planned_at) FROM schedule_fires)");

        await TestSchedules.DrainAsync(scheduler);

        Assert.Equal(await schedules.Database.AskAsync<long>("SELECT count(*) FROM schedule_fires"), await schedules.RunsAsync(id));
        Assert.Equal(await schedules.RunsAsync(id), await schedules.AllRunsAsync());
    }

    [Fact]
    public async Task RunOnce_OverlapSkip_WaitsForTheEarlierRun()
    {
        await using var schedules = await TestSchedules.CreateAsync(servers);
        var id = await schedules.AddAsync(minutesAgo: 1, overlap: "skip", catchUp: "all");
        var scheduler = schedules.Scheduler();

        await TestSchedules.DrainAsync(scheduler);
        var first = await schedules.OutcomesAsync(id);
        await schedules.MakeDueAsync(id);
        await TestSchedules.DrainAsync(scheduler);
        var second = await schedules.OutcomesAsync(id);
        await schedules.Database.ExecuteAsync("UPDATE pipeline_runs SET status = 'CANCELLED', finished_at = now()");
        await schedules.Database.ExecuteAsync("UPDATE run_events SET type = 'run.cancelled'"); // So that the run is a sound one.
        await schedules.MakeDueAsync(id);
        await TestSchedules.DrainAsync(scheduler);
        var third = await schedules.OutcomesAsync(id);

        Assert.Equal("started", first[0]);
        Assert.All(first.Skip(1), outcome => Assert.Equal("skipped", outcome));
        Assert.Equal("skipped", second[0]);
        Assert.Equal("started", third[0]);
    }

    [Fact]
    public async Task RunOnce_AfterDowntime_SaysWhatWasMissed()
    {
        await using var schedules = await TestSchedules.CreateAsync(servers);
        var none = await schedules.AddAsync(minutesAgo: 150);
        var last = await schedules.AddAsync(minutesAgo: 150, catchUp: "last");
        var all = await schedules.AddAsync(minutesAgo: 150, catchUp: "all");

        await TestSchedules.DrainAsync(schedules.Scheduler());

        Assert.Equal(["missed", "started"], await schedules.OutcomesAsync(none));
        Assert.Equal(["missed", "started"], await schedules.OutcomesAsync(last));
        Assert.Equal(["missed", .. Enumerable.Repeat("started", 100)], await schedules.OutcomesAsync(all));
        Assert.Matches(
            @"^5\d planned times from .*Z to .*Z passed while no control plane was running; no more than 100 are made up for\.$",
            await schedules.Database.AskAsync<string>("SELECT reason FROM schedule_fires WHERE outcome = 'missed' AND schedule_id = $1", all));
    }

    [Fact]
    public async Task RunOnce_NoPublishedVersion_RecordsTheFailure()
    {
        await using var schedules = await TestSchedules.CreateAsync(servers);
        var id = await schedules.AddAsync(catchUp: "last");
        await schedules.Database.ExecuteAsync("UPDATE pipeline_versions SET status = 'DEPRECATED'");

        await TestSchedules.DrainAsync(schedules.Scheduler());

        Assert.Equal(["failed"], await schedules.OutcomesAsync(id));
        Assert.Equal("The workflow has no published version.", await schedules.Database.AskAsync<string>("SELECT reason FROM schedule_fires"));
        Assert.True(await schedules.Database.AskAsync<bool>("SELECT next_fire_at > now() FROM schedules"));
    }

    [Fact]
    public async Task RunOnce_NewerVersionApproved_StartsIt()
    {
        await using var schedules = await TestSchedules.CreateAsync(servers);
        await schedules.AddAsync(catchUp: "last");
        var newer = Guid.CreateVersion7();
        await AddVersionAsync(schedules, newer, 2, "APPROVED", "{}");
        await AddVersionAsync(schedules, Guid.CreateVersion7(), 3, "DRAFT", "{}");

        await TestSchedules.DrainAsync(schedules.Scheduler());

        Assert.Equal(newer, await schedules.Database.AskAsync<Guid>("SELECT DISTINCT pipeline_version_id FROM pipeline_runs"));
    }

    [Fact]
    public async Task RunOnce_InputNoLongerFits_RecordsTheFailure()
    {
        await using var schedules = await TestSchedules.CreateAsync(servers);
        var id = await schedules.AddAsync(catchUp: "last");
        await AddVersionAsync(schedules, Guid.CreateVersion7(), 2, "APPROVED", """{"type": "object", "required": ["day"]}""");

        await TestSchedules.DrainAsync(schedules.Scheduler());

        Assert.Equal(["failed"], await schedules.OutcomesAsync(id));
        Assert.StartsWith(
            "The input does not fit the published version: input", await schedules.Database.AskAsync<string>("SELECT reason FROM schedule_fires"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunOnce_ZoneThisMachineDoesNotKnow_FailsItAndFiresTheOthers()
    {
        await using var schedules = await TestSchedules.CreateAsync(servers);
        var unknown = await schedules.AddAsync(timezone: "Mars/Olympus_Mons");
        var known = await schedules.AddAsync(catchUp: "last");

        await TestSchedules.DrainAsync(schedules.Scheduler());

        Assert.Equal(["failed"], await schedules.OutcomesAsync(unknown));
        Assert.Equal(["started"], await schedules.OutcomesAsync(known));
    }

    [Fact]
    public async Task RunOnce_LongHistory_KeepsTheNewestThousand()
    {
        await using var schedules = await TestSchedules.CreateAsync(servers);
        var id = await schedules.AddAsync(catchUp: "last");
        await schedules.Database.ExecuteAsync(
            """
            INSERT INTO schedule_fires (schedule_id, planned_at, fired_at, outcome, reason)
            SELECT $1, date_trunc('minute', now()) - make_interval(mins => n + 5), now(), 'skipped', 'before' FROM generate_series(1, 1200) n
            """,
            id);

        await TestSchedules.DrainAsync(schedules.Scheduler());

        var outcomes = await schedules.OutcomesAsync(id);
        Assert.Equal(1000, outcomes.Count);
        Assert.Equal("started", outcomes[^1]);
    }

    [Fact]
    public async Task Loop_ScheduleComesUp_FiresByItself()
    {
        await using var schedules = await TestSchedules.CreateAsync(servers);
        var scheduler = schedules.Scheduler();
        await scheduler.StartAsync(Ct);
        try
        {
            await schedules.AddAsync(catchUp: "last");
            await schedules.Database.ExecuteAsync("UPDATE schedules SET next_fire_at = clock_timestamp() + interval '200 milliseconds'");
            scheduler.Wake();
            await RunMadeAsync(schedules);
        }
        finally
        {
            await scheduler.StopAsync(Ct);
        }

        Assert.True(await schedules.Database.AskAsync<bool>("SELECT bool_and(fired_at >= planned_at) FROM schedule_fires"));
    }

    private static async Task RunMadeAsync(TestSchedules schedules)
    {
        for (var left = 600; left > 0 && await schedules.AllRunsAsync() == 0; left--)
            await Task.Delay(50, Ct); // The loop has a clock of its own, the database's.
        Assert.NotEqual(0, await schedules.AllRunsAsync());
    }

    private static Task<int> AddVersionAsync(TestSchedules schedules, Guid id, int number, string status, string inputSchema) => schedules.Database.ExecuteAsync(
        """
        INSERT INTO pipeline_versions (id, tenant_id, pipeline_id, version, version_number, status, definition, input_schema, frozen_at)
        SELECT $1, tenant_id, pipeline_id, 'v' || $2::integer, $2::integer, $3, '{}', $4::json, now() FROM pipeline_versions WHERE id = $5
        """,
        id, number, status, inputSchema, schedules.VersionId);

    /// <summary>The one session that waits for a lock.</summary>
    private static async Task<int> BlockedBackendAsync(TestDatabase database)
    {
        for (var left = 600; left > 0; left--)
        {
            if (await database.AskAsync<int>("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") is var pid and > 0)
                return pid;
            await Task.Delay(20, Ct); // Another session is at work.
        }

        throw new TimeoutException("Nobody came to wait for the lock within 12 s.");
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Ct);
    }
}
