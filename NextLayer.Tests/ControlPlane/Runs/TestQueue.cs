using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Runs;
using NextLayer.ControlPlane.Features.Runs.Changes;
using NextLayer.ControlPlane.Features.Runs.Claiming;
using NextLayer.ControlPlane.Features.Runs.Creating;
using NextLayer.ControlPlane.Features.Runs.Leases;
using NextLayer.ControlPlane.Features.Runs.Reporting;
using NextLayer.ControlPlane.Platform;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Runs;

/// <summary>The queue's stores on a database of their own, with one tenant, one approved version and a running engine.</summary>
internal sealed class TestQueue : IAsyncDisposable
{
    private readonly RunIds ids = new(TimeProvider.System);
    private readonly ServiceProvider meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly Telemetry telemetry;

    private TestQueue(TestDatabase db)
    {
        Database = db;
        telemetry = new Telemetry(meters.GetRequiredService<IMeterFactory>());
    }

    public TestDatabase Database { get; }
    public Guid TenantId { get; } = Guid.CreateVersion7();
    public Guid VersionId { get; } = Guid.CreateVersion7();
    public NewsHub Hub { get; } = new();
    public ClaimStore Claims => new(Database.Databases);
    public ReportStore Reports => new(Database.Databases);
    public HeartbeatStore Heartbeats => new(Database.Databases);
    public RunControlStore Control => new(Database.Databases);
    public NewsPublisher News => new(Hub);

    public Reaper Reaper(int maxLosses = 3) => new(
        Database.Databases,
        News,
        telemetry,
        Options.Create(new LeaseOptions { ReapGraceSeconds = 0, MaxLosses = maxLosses }),
        TimeProvider.System,
        NullLogger<Reaper>.Instance);

    public Waker Waker() => new(
        Database.Databases, News, Options.Create(new LeaseOptions()), TimeProvider.System, NullLogger<Waker>.Instance);

    public static async Task<TestQueue> CreateAsync(Servers servers)
    {
        var queue = new TestQueue(await servers.CreateDatabaseAsync());
        var pipelineId = Guid.CreateVersion7();
        await queue.Database.ExecuteAsync(
            "INSERT INTO tenants (id, name, slug) VALUES ($1, 'Test', 'test')", queue.TenantId);
        await queue.Database.ExecuteAsync(
            "INSERT INTO pipelines (id, tenant_id, name) VALUES ($1, $2, 'p')", pipelineId, queue.TenantId);
        await queue.Database.ExecuteAsync(
            """
            INSERT INTO pipeline_versions (id, tenant_id, pipeline_id, version, version_number, status, definition, frozen_at)
            VALUES ($1, $2, $3, 'v1', 1, 'APPROVED', '{"steps": ["a"]}', now())
            """,
            queue.VersionId, queue.TenantId, pipelineId);
        await queue.Database.ExecuteAsync("UPDATE pipeline_state SET state = 'running'");
        return queue;
    }

    public async Task<Guid> AddRunAsync() => (await AddRunsAsync(1))[0];

    public async Task<IReadOnlyList<Guid>> AddRunsAsync(int count)
    {
        var runs = Enumerable.Range(0, count).Select(_ => new NewRun
        {
            Id = ids.Next(),
            TenantId = TenantId,
            PipelineVersionId = VersionId,
            TriggerType = "manual",
            Priority = 0,
        }).ToList();
        var made = await new RunCreateStore(Database.Databases).InsertAsync(runs, TestContext.Current.CancellationToken);
        Assert.Equal(count, made.Made.Count);
        return [.. runs.Select(r => r.Id)];
    }

    public async Task<IReadOnlyList<ClaimedRow>> ClaimAsync(
        string workerId = "w1", int maxRuns = 1, Guid? requestId = null, Guid? tenantId = null) =>
        (await Claims.ClaimAsync(
            [new ClaimItem(workerId, tenantId, maxRuns, 30, requestId)], TestContext.Current.CancellationToken))[0];

    /// <summary>Adds one run and claims it.</summary>
    public async Task<ClaimedRow> ClaimNewAsync(string workerId = "w1")
    {
        await AddRunAsync();
        return Assert.Single(await ClaimAsync(workerId));
    }

    public async Task<RunReportResult> ReportAsync(RunReport report) => (await ReportAsync([report]))[0];

    public async Task<IReadOnlyList<RunReportResult>> ReportAsync(IReadOnlyList<RunReport> reports) =>
        (await Reports.ApplyAsync(
            [.. reports.Select(r => new ReportItem("w1", r.RunId, r, null))], TestContext.Current.CancellationToken)).Results;

    public Task ExpireAsync(Guid runId) => Database.ExecuteAsync(
        "UPDATE pipeline_runs SET lease_expires_at = now() - interval '1 second' WHERE id = $1", runId);

    public Task<string?> StatusAsync(Guid runId) =>
        Database.AskAsync<string>("SELECT status FROM pipeline_runs WHERE id = $1", runId);

    public Task<IReadOnlyList<string>> EventsAsync(Guid runId) =>
        Database.ListAsync<string>("SELECT type FROM run_events WHERE run_id = $1 ORDER BY seq", runId);

    public static RunReport Report(ClaimedRow run, IReadOnlyList<StepReport>? steps = null, RunStatus? completion = null) => new()
    {
        RunId = run.Run.Id,
        Lease = run.Lease,
        Steps = steps ?? [],
        Completion = completion is { } status
            ? new RunCompletion { Status = status, ErrorMessage = status == RunStatus.Failed ? "boom" : null }
            : null,
    };

    public static StepReport Step(string id, StepStatus status, int attempt = 1) =>
        new() { StepId = id, StepType = "noop", Attempt = attempt, Status = status };

    /// <summary>What must hold for every run at every moment, whatever happened.</summary>
    public async Task AssertSoundAsync()
    {
        Assert.Empty(await Database.ListAsync<Guid>(
            """
            SELECT r.id FROM pipeline_runs r
            JOIN LATERAL (SELECT count(*) AS n, max(seq) AS last FROM run_events e WHERE e.run_id = r.id) e ON true
            WHERE e.n <> r.last_event_seq OR e.last <> r.last_event_seq
            """));
        Assert.Empty(await Database.ListAsync<Guid>(
            """
            SELECT r.id FROM pipeline_runs r
            WHERE (SELECT count(*) FROM run_events e WHERE e.run_id = r.id AND e.generation = r.generation
                   AND e.type IN ('run.completed', 'run.failed', 'run.cancelled'))
                  <> (r.status IN ('SUCCEEDED', 'FAILED', 'CANCELLED'))::integer
            """));
        Assert.Empty(await Database.ListAsync<Guid>(
            """
            SELECT r.id FROM pipeline_runs r JOIN open_steps o ON o.run_id = r.id
            WHERE r.status IN ('SUCCEEDED', 'FAILED', 'CANCELLED') OR (r.status <> 'RUNNING' AND o.status = 'running')
            """));
    }

    public async ValueTask DisposeAsync()
    {
        await AssertSoundAsync();
        await meters.DisposeAsync();
        await Database.DisposeAsync();
    }
}
