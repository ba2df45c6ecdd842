using System.Text.Json;
using NextLayer.Contracts.Triggers;
using NextLayer.ControlPlane.Features.Quotas;
using NextLayer.ControlPlane.Features.Runs.Creating;
using NextLayer.ControlPlane.Features.Versions;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.Workflows.Schedules;

namespace NextLayer.ControlPlane.Features.Triggers.Schedules;

/// <summary>Decides what each planned time of a due schedule becomes.</summary>
internal sealed class FireRules(VersionCatalog versions, RunIds ids)
{
    // Where this machine does not know a zone that another one did, the schedule is looked at again after this time.
    private static readonly TimeSpan _unreadablePause = TimeSpan.FromHours(1);

    /// <returns>The rows to write, and the next planned time.</returns>
    public async Task<(IReadOnlyList<NewFire> Fires, DateTimeOffset? Next)> DecideAsync(
        DueSchedule schedule, DueState state, TimeSpan grace, CancellationToken ct)
    {
        if (!CronSchedule.TryParse(schedule.Cron, schedule.Timezone, out var cron, out var error))
            return ([Unmade(schedule, schedule.DueAt, FireOutcome.Failed, $"{error.Field} {error.Message}")], schedule.Now + _unreadablePause);
        var plan = FirePlan.Make(cron, schedule.DueAt, schedule.Now, schedule.CatchUp, grace);
        var fires = new List<NewFire>();
        if (plan.Missed is { } missed)
            fires.Add(Missed(schedule, missed));
        var obstacle = plan.Due.Count > 0 ? await FindObstacleAsync(schedule, state, ct) : null;
        // Of several planned times made up for, only the first finds no earlier run.
        foreach (var (i, planned) in plan.Due.Index())
        {
            if (obstacle is not null)
                fires.Add(Unmade(schedule, planned, FireOutcome.Failed, obstacle));
            else if (schedule.Overlap == Overlap.Skip && (state.HasOpenRun || i > 0))
                fires.Add(Unmade(schedule, planned, FireOutcome.Skipped, "An earlier run of this schedule has not ended."));
            else
                fires.Add(Started(schedule, planned, state.Current!.Value)); // No obstacle: there is one.
        }

        return (fires, plan.Next);
    }

    /// <summary>The same rows, but refused where a tenant's daily limit reaches no further.</summary>
    /// <param name="quotas">Locked, so that what they leave now is left when the runs are made.</param>
    public static IReadOnlyList<NewFire> WithinQuotas(IReadOnlyList<NewFire> fires, IReadOnlyDictionary<Guid, TenantQuota> quotas)
    {
        var room = quotas.ToDictionary(q => q.Key, q => q.Value.Remaining);
        return [.. fires.Select(fire =>
            fire.Run?.Run.TenantId is not { } tenantId || !room.TryGetValue(tenantId, out var left) || (room[tenantId] = left - 1) >= 0
                ? fire
                : fire with { Outcome = FireOutcome.Refused, Run = null, Reason = QuotaAnswers.Sentence(quotas[tenantId]) })];
    }

    /// <returns>Why no run can be made; null when one can.</returns>
    public async Task<string?> FindObstacleAsync(DueSchedule schedule, DueState state, CancellationToken ct)
    {
        if (state.Current is not { } current || await versions.GetAsync(current, ct) is not { } version)
            return "The workflow has no published version.";
        return InputCheck.Check(version, JsonElement.Parse(schedule.Input), "input") is { } errors
            ? $"The input does not fit the published version: {errors.First().Key} {errors.First().Value[0]}"
            : null;
    }

    private NewFire Started(DueSchedule schedule, DateTimeOffset planned, Guid versionId) => new()
    {
        ScheduleId = schedule.Id,
        PlannedAt = planned,
        Outcome = FireOutcome.Started,
        Run = new TriggeredRun(
            new NewRun
            {
                Id = ids.Next(),
                TenantId = schedule.TenantId,
                PipelineVersionId = versionId,
                TriggerType = "schedule",
                Priority = 0,
                PlannedAt = planned,
                Parameters = schedule.Input == "{}" ? null : schedule.Input,
            },
            schedule.Id),
    };

    private static NewFire Unmade(DueSchedule schedule, DateTimeOffset planned, FireOutcome outcome, string reason) =>
        new() { ScheduleId = schedule.Id, PlannedAt = planned, Outcome = outcome, Reason = reason };

    private static NewFire Missed(DueSchedule schedule, MissedTimes missed)
    {
        var rule = schedule.CatchUp switch
        {
            CatchUp.None => "catch_up is none",
            CatchUp.Last => "catch_up is last, so only the newest counts",
            CatchUp.All => $"no more than {FirePlan.MostCaughtUp} are made up for",
            _ => throw new InvalidOperationException($"Unknown policy {schedule.CatchUp}."),
        };
        var times = missed.Count == 1
            ? $"One planned time, {missed.Last:u},"
            : $"{missed.Count} planned times from {missed.First:u} to {missed.Last:u}";
        return new NewFire
        {
            ScheduleId = schedule.Id,
            PlannedAt = missed.Last,
            Outcome = FireOutcome.Missed,
            Reason = $"{times} passed while no control plane was running; {rule}.",
            Missed = missed.Count,
        };
    }
}
