using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Triggers;
using NextLayer.ControlPlane.Features.Quotas;
using NextLayer.ControlPlane.Features.Runs;
using NextLayer.ControlPlane.Features.Runs.Creating;
using NextLayer.ControlPlane.Platform;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.Workflows.Schedules;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Triggers.Schedules;

/// <summary>A backfill's report, or why there is none; with what is left of the tenant's daily limit, where it has one.</summary>
internal sealed record BackfillAnswer(ScheduleBackfill? Report, ProblemHttpResult? Problem, TenantQuota? Quota = null)
{
    public static implicit operator BackfillAnswer(ProblemHttpResult problem) => new(null, problem);
}

/// <summary>
/// Makes up for past planned times. The schedule's row is locked meanwhile, as schedulers lock it: whichever comes first, a
/// planned time has one run, and a repeated request finds what the first one made.
/// </summary>
internal sealed class ScheduleBackfills(Databases databases, FireRules rules, TriggeredRuns runs, RunIds ids, Telemetry telemetry)
{
    /// <summary>Behind what comes at its own time.</summary>
    public const short Priority = -10;

    // Each try finds that the version it looked up has just ceased to be approved.
    private const int MaxTries = 5;

    public async Task<BackfillAnswer> RunAsync(Guid id, Guid tenantId, BackfillScheduleRequest request, CancellationToken ct)
    {
        for (var tries = 1; tries <= MaxTries; tries++)
        {
            if (await TryRunAsync(id, tenantId, request, ct) is { } answer)
                return answer;
        }

        return Problems.Conflict("schedule_busy", "Others keep changing the workflow's versions at the same moment. Try again.");
    }

    /// <returns>Null when it has to be looked at anew; nothing was done.</returns>
    private async Task<BackfillAnswer?> TryRunAsync(Guid id, Guid tenantId, BackfillScheduleRequest request, CancellationToken ct)
    {
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await BackfillStore.FindAsync(connection, id, tenantId, isLocked: !request.DryRun, ct) is not { } schedule)
            return Problems.NotFound("schedule", id);
        if (ScheduleDraft.TryRead(schedule.Cron, schedule.Timezone, out var cron) is { } unreadable)
            return unreadable;
        var plan = BackfillPlan.Make(cron!, request.From, request.To, schedule.Now, request.Limit ?? BackfillPlan.MostTimes); // No problem: it was read.
        if (plan.Times is not { } times)
            return Problems.Invalid(plan.Field!, plan.Message!); // Refused: it says why.
        var existing = await BackfillStore.RunsAsync(connection, id, times, ct);
        var fresh = times.Where(at => !existing.ContainsKey(at)).ToList();
        var overlap = request.Overlap ?? schedule.Overlap;
        var state = (await DueScheduleStore.LookAsync(connection, [schedule], ct))[id];
        var obstacle = fresh.Count == 0 ? null : await FindObstacleAsync(schedule, state, overlap, fresh.Count, ct);
        if (request.DryRun || fresh.Count == 0)
            return new BackfillAnswer(Report(cron!, request.DryRun, overlap, times, existing, made: [], obstacle?.ProblemDetails.Detail), null);
        if (obstacle is not null)
            return obstacle;
        return await QueueAsync(connection, schedule, state, fresh, ct) switch
        {
            null => null,
            { Problem: not null } refused => refused,
            var queued => await CommitAsync(transaction, queued, Report(cron!, isDry: false, overlap, times, existing, queued.Runs, obstacle: null), schedule.Now, ct),
        };
    }

    /// <summary>Runs about to be committed, or why there are none.</summary>
    private sealed record Queue(IReadOnlyList<TriggeredRun> Runs, TenantQuota? Quota, ProblemHttpResult? Problem = null)
    {
        public static implicit operator BackfillAnswer(Queue refused) => new(null, refused.Problem, refused.Quota);
    }

    /// <returns>Null when the version has just ceased to be approved.</returns>
    private async Task<Queue?> QueueAsync(
        NpgsqlConnection connection, DueSchedule schedule, DueState state, List<DateTimeOffset> fresh, CancellationToken ct)
    {
        var quotas = await QuotaLedger.LockAsync(connection, [schedule.TenantId], ct);
        if (quotas.TryGetValue(schedule.TenantId, out var quota) && quota.Remaining < fresh.Count)
            return new Queue([], quota, QuotaAnswers.Refuse(quota, fresh.Count));
        var wanted = fresh.ConvertAll(at => Run(schedule, state.Current!.Value, at)); // No obstacle: there is one.
        var inserted = await TriggeredRuns.InsertAsync(connection, wanted, ct);
        if (inserted.Made.Count < wanted.Count)
            return null;
        await BackfillStore.NoteAsync(connection, schedule.Id, wanted, ct);
        return new Queue(wanted, inserted.Quotas.GetValueOrDefault(schedule.TenantId));
    }

    private async Task<BackfillAnswer> CommitAsync(
        NpgsqlTransaction transaction, Queue queued, ScheduleBackfill report, DateTimeOffset now, CancellationToken ct)
    {
        await transaction.CommitAsync(ct);
        runs.Announce(queued.Runs);
        foreach (var run in queued.Runs)
            telemetry.ScheduleFired(FireOutcome.Backfilled, run.Run.PlannedAt!.Value, now);
        return new BackfillAnswer(report, null, queued.Quota);
    }

    private async Task<ProblemHttpResult?> FindObstacleAsync(DueSchedule schedule, DueState state, Overlap overlap, int fresh, CancellationToken ct)
    {
        if (await rules.FindObstacleAsync(schedule, state, ct) is { } obstacle)
            return Problems.Conflict("backfill_impossible", obstacle);
        return overlap == Overlap.Skip && (fresh > 1 || state.HasOpenRun)
            ? Problems.Conflict(
                "backfill_would_overlap",
                $"Runs of this schedule must not overlap, and {(state.HasOpenRun ? "an earlier one has not ended" : $"{fresh} would be queued at once")}. Ask with overlap \"allow\" to have them run side by side, or make up for one time after the other.")
            : null;
    }

    private TriggeredRun Run(DueSchedule schedule, Guid versionId, DateTimeOffset planned) => new(
        new NewRun
        {
            Id = ids.Next(),
            TenantId = schedule.TenantId,
            PipelineVersionId = versionId,
            TriggerType = "backfill",
            Priority = Priority,
            PlannedAt = planned,
            StartedBy = Caller.Current?.KnownLabel,
            Parameters = schedule.Input == "{}" ? null : schedule.Input,
        },
        schedule.Id);

    private static ScheduleBackfill Report(
        CronSchedule cron,
        bool isDry,
        Overlap overlap,
        IReadOnlyList<DateTimeOffset> times,
        Dictionary<DateTimeOffset, (Guid RunId, string? Status)> existing,
        IReadOnlyList<TriggeredRun> made,
        string? obstacle)
    {
        var madeOf = made.ToDictionary(run => run.Run.PlannedAt!.Value, run => run.Run.Id);
        return new ScheduleBackfill
        {
            Cron = cron.Expression,
            Timezone = cron.Timezone,
            DryRun = isDry,
            Overlap = overlap,
            New = times.Count - existing.Count,
            Obstacle = isDry ? obstacle : null,
            Times = [.. times.Select(at => Describe(cron, at, existing, madeOf))],
        };
    }

    private static BackfillTime Describe(
        CronSchedule cron, DateTimeOffset at, Dictionary<DateTimeOffset, (Guid RunId, string? Status)> existing, Dictionary<DateTimeOffset, Guid> made)
    {
        var time = new BackfillTime
        {
            At = at,
            Local = cron.InZone(at).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture),
            State = BackfillState.New,
        };
        if (existing.TryGetValue(at, out var known))
            return time with { State = BackfillState.Existing, RunId = known.RunId, RunStatus = known.Status is { } status ? WorkflowWords.Of(RunRows.Parse(status)) : null };
        return made.TryGetValue(at, out var queued)
            ? time with { State = BackfillState.Queued, RunId = queued, RunStatus = WorkflowWords.Of(Contracts.Runs.RunStatus.Queued) }
            : time;
    }
}
