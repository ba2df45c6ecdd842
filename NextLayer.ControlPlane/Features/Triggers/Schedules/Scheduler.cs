using Microsoft.Extensions.Options;
using NextLayer.Contracts.Triggers;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Quotas;
using NextLayer.ControlPlane.Platform;
using NextLayer.ControlPlane.Platform.Background;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Triggers.Schedules;

/// <summary>
/// Fires schedules that are due, in every replica at once: the row of the planned time, the run and the next time are one
/// transaction, and the database's clock alone says what is due. Between passes it sleeps until the next planned time.
/// </summary>
internal sealed partial class Scheduler : PeriodicService
{
    // Something is due and somebody else has its lock: soon they have either done it or died.
    private static readonly TimeSpan _othersAreAtIt = TimeSpan.FromMilliseconds(100);

    private readonly Databases databases;
    private readonly FireRules rules;
    private readonly TriggeredRuns runs;
    private readonly Telemetry telemetry;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly TimeSpan grace;
    private readonly TimeSpan longestSleep;
    private readonly AsyncSignal changed = new();
    private Task woken;
    private TimeSpan sleep;

    public Scheduler(
        Databases databases,
        FireRules rules,
        TriggeredRuns runs,
        Telemetry telemetry,
        IOptions<SchedulerOptions> options,
        TimeProvider time,
        ILogger<Scheduler> logger)
        : base(time, logger)
    {
        this.databases = databases;
        this.rules = rules;
        this.runs = runs;
        this.telemetry = telemetry;
        this.time = time;
        this.logger = logger;
        grace = TimeSpan.FromSeconds(options.Value.GraceSeconds);
        longestSleep = TimeSpan.FromSeconds(options.Value.LongestSleepSeconds);
        sleep = longestSleep;
        woken = changed.Next;
    }

    protected override TimeSpan Interval => longestSleep;

    /// <summary>A schedule was made or changed: the next planned time may be nearer than it was.</summary>
    public void Wake() => changed.Pulse();

    public override async Task<bool> RunOnceAsync(CancellationToken ct)
    {
        woken = changed.Next; // Before the look, so that no change between it and the sleep goes unheard.
        await using var connection = await databases.Hot.OpenConnectionAsync(ct);
        if (await FireAsync(connection, ct))
            return true;
        sleep = await DueScheduleStore.UntilNextAsync(connection, ct) switch
        {
            null => longestSleep,
            var overdue when overdue <= TimeSpan.Zero => _othersAreAtIt,
            // A timer may go off a moment early.
            { } until => until + TimeSpan.FromMilliseconds(1) < longestSleep ? until + TimeSpan.FromMilliseconds(1) : longestSleep,
        };
        return false;
    }

    /// <returns>True when there is likely more to do at once.</returns>
    private async Task<bool> FireAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var due = await DueScheduleStore.LockAsync(connection, ct);
        if (due.Count == 0)
            return false;
        var states = await DueScheduleStore.LookAsync(connection, due, ct);
        var quotas = await QuotaLedger.LockAsync(connection, due.Select(s => s.TenantId), ct);
        var fires = new List<NewFire>();
        var next = new List<(Guid, DateTimeOffset?)>();
        foreach (var schedule in due)
        {
            var (decided, nextAt) = await rules.DecideAsync(schedule, states[schedule.Id], grace, ct);
            fires.AddRange(decided);
            next.Add((schedule.Id, nextAt));
        }

        var fresh = await DueScheduleStore.FireAsync(connection, FireRules.WithinQuotas(fires, quotas), ct);
        var wanted = fresh.Select(f => f.Run).OfType<TriggeredRun>().ToList();
        var made = await TriggeredRuns.InsertAsync(connection, wanted, ct);
        if (made.Made.Count < wanted.Count)
            return true; // A version ceased to be approved after we had looked: undo, and look again.
        await DueScheduleStore.AdvanceAsync(connection, next, ct);
        await transaction.CommitAsync(ct);
        runs.Announce(wanted);
        Tell(fresh, due[0].Now);
        return due.Count == DueScheduleStore.PageSize;
    }

    protected override async Task WaitAsync(TimeSpan delay, CancellationToken ct)
    {
        await woken.OrTimeoutAsync(sleep, time, ct);
        sleep = longestSleep; // Should the next pass fail, it knows of no time.
    }

    protected override void OnFailure() => sleep = TimeSpan.FromSeconds(1);

    private void Tell(List<NewFire> fires, DateTimeOffset now)
    {
        foreach (var fire in fires)
        {
            telemetry.ScheduleFired(fire.Outcome, fire.PlannedAt, now);
            if (fire.Outcome is FireOutcome.Failed or FireOutcome.Missed or FireOutcome.Refused)
                LogNotMade(fire.ScheduleId, fire.PlannedAt, fire.Reason);
        }
    }

    [LoggerMessage(1701, LogLevel.Warning, "Schedule {ScheduleId} made no run for {PlannedAt:u}: {Reason}")]
    private partial void LogNotMade(Guid scheduleId, DateTimeOffset plannedAt, string? reason);
}
