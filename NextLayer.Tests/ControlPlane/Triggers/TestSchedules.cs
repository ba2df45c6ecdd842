using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NextLayer.ControlPlane.Features.Triggers;
using NextLayer.ControlPlane.Features.Triggers.Schedules;
using NextLayer.ControlPlane.Features.Versions;
using NextLayer.ControlPlane.Platform;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.Tests.ControlPlane.Runs;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Triggers;

/// <summary>Schedules in a database of their own, and schedulers on it that only move when told.</summary>
internal sealed class TestSchedules : IAsyncDisposable
{
    private readonly ServiceProvider meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly TestQueue queue;

    private TestSchedules(TestQueue queue) => this.queue = queue;

    public TestDatabase Database => queue.Database;
    public Guid VersionId => queue.VersionId;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<TestSchedules> CreateAsync(Servers servers) => new(await TestQueue.CreateAsync(servers));

    /// <summary>What one more control plane would run.</summary>
    public Scheduler Scheduler()
    {
        var telemetry = new Telemetry(meters.GetRequiredService<IMeterFactory>());
        return new Scheduler(
            Database.Databases,
            new FireRules(new VersionCatalog(Database.Databases), new RunIds(TimeProvider.System)),
            new TriggeredRuns(queue.News, telemetry),
            telemetry,
            Options.Create(new SchedulerOptions()),
            TimeProvider.System,
            NullLogger<Scheduler>.Instance);
    }

    /// <summary>Adds one that is due: once, or every minute since <paramref name="minutesAgo"/>.</summary>
    public async Task<Guid> AddAsync(int minutesAgo = 0, string catchUp = "none", string overlap = "allow", string input = "{}", string timezone = "UTC")
    {
        var id = Guid.CreateVersion7();
        await Database.ExecuteAsync(
            """
            INSERT INTO schedules (id, tenant_id, pipeline_id, workflow_id, name, cron, timezone, input, enabled, catch_up, overlap, next_fire_at)
            SELECT $1, tenant_id, pipeline_id, id, $1::text, $8, $4, $3::json, true, $5, $6,
                   date_trunc('minute', now()) - make_interval(mins => $7)
            FROM pipeline_versions WHERE id = $2
            """,
            id, VersionId, input, timezone, catchUp, overlap, minutesAgo, minutesAgo == 0 ? "0 0 1 1 *" : "* * * * *");
        return id;
    }

    /// <summary>Lets a schedule's next planned time be this minute again or, where that was dealt with, the one before.</summary>
    public Task MakeDueAsync(Guid id) => Database.ExecuteAsync(
        """
        UPDATE schedules SET next_fire_at =
            (SELECT min(planned_at) FROM schedule_fires WHERE schedule_id = $1) - interval '1 minute'
        WHERE id = $1
        """,
        id);

    /// <summary>Passes until nothing is due.</summary>
    public static async Task DrainAsync(Scheduler scheduler)
    {
        while (await scheduler.RunOnceAsync(Ct))
        {
        }
    }

    /// <summary>Outcomes in the order of their planned times.</summary>
    public Task<IReadOnlyList<string>> OutcomesAsync(Guid id) =>
        Database.ListAsync<string>("SELECT outcome FROM schedule_fires WHERE schedule_id = $1 ORDER BY planned_at", id);

    public Task<long> RunsAsync(Guid id) => Database.AskAsync<long>(
        """
        SELECT count(*) FROM run_triggers t
        JOIN pipeline_runs r ON r.id = t.run_id AND r.trigger_type = 'schedule'
        JOIN schedule_fires f ON f.schedule_id = t.trigger_id AND f.planned_at = t.planned_at AND f.run_id = t.run_id
        WHERE t.trigger_id = $1
        """,
        id);

    public Task<long> AllRunsAsync() => Database.AskAsync<long>("SELECT count(*) FROM pipeline_runs");

    public async ValueTask DisposeAsync()
    {
        await meters.DisposeAsync();
        await queue.DisposeAsync();
    }
}
