using System.Globalization;
using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Worker.Execution;
using NextLayer.Workflows.Schedules;

namespace NextLayer.Worker.Steps;

/// <summary>
/// <c>delay</c>: a moment is waited here, longer times by the control plane while the run holds no worker. Every time
/// in it is the database's, so that the worker's clock may be wrong.
/// </summary>
internal sealed class DelayStep(TimeProvider time) : IStepHandler
{
    /// <summary>Giving the run back and claiming it again costs more than waiting so long.</summary>
    public static readonly TimeSpan Moment = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan DefaultMax = TimeSpan.FromDays(30);

    public string Type => "delay";

    public async Task<StepResult> ExecuteAsync(StepContext context, CancellationToken ct)
    {
        if (context.Resume is { } resume)
            return Done(resume.StartedAt, resume.DueAt, context.Now, late: false);
        var config = new StepConfig(context.Config);
        var started = context.Now;
        var (wait, until) = Read(config, started);
        CheckMax(config, wait);
        if (wait > Moment)
            return until is null
                ? new StepResult.Waiting(WaitReason.Timer, WakeIn: wait)
                : new StepResult.Waiting(WaitReason.Timer, WakeAt: until);
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, time, ct);
        return Done(started, until ?? started + wait, context.Now, late: until is not null && wait < TimeSpan.Zero);
    }

    /// <summary>How long to wait, and the end where the step names it.</summary>
    private static (TimeSpan Wait, DateTimeOffset? Until) Read(StepConfig config, DateTimeOffset now)
    {
        if (config.Object("until_next") is { } next)
        {
            var planned = NextOf(next, now);
            return (planned - now, planned);
        }

        if (config.Text("until") is { } text)
        {
            return HasZone(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var until)
                ? (until - now, until.ToUniversalTime())
                : throw config.Wrong("until", "a date and time with a zone, such as 2030-01-31T09:00:00+01:00");
        }

        return (config.Duration("duration") ?? throw new StepConfigException("config needs duration, until or until_next."), null);
    }

    /// <summary>The first planned time after now: a step that begins in the very minute waits for the one after.</summary>
    private static DateTimeOffset NextOf(StepConfig config, DateTimeOffset now)
    {
        if (!CronSchedule.TryParse(config.RequiredText("cron"), config.Text("timezone") ?? "UTC", out var schedule, out var error))
            throw new StepConfigException($"config.until_next.{error.Field} {error.Message}");
        return schedule.Next(now) ?? throw new StepConfigException("config.until_next.cron never comes.");
    }

    // Without one the worker's own would be taken, which nobody named.
    private static bool HasZone(string text) =>
        text.IndexOf(':', StringComparison.Ordinal) is > 0 and var time
        && (text.EndsWith('Z') || text.EndsWith('z') || text.LastIndexOfAny(['+', '-']) > time);

    private static void CheckMax(StepConfig config, TimeSpan wait)
    {
        var max = config.Duration("max") ?? DefaultMax;
        if (wait > max)
            throw new StepConfigException($"The delay of {wait.TotalSeconds:0} s is longer than config.max ({max.TotalSeconds:0} s).");
    }

    private static StepResult.Completed Done(DateTimeOffset started, DateTimeOffset due, DateTimeOffset now, bool late)
    {
        var output = new Dictionary<string, object?>
        {
            ["waited_ms"] = (long)Math.Max((now - started).TotalMilliseconds, 0),
            ["due_at"] = due,
            ["resumed_at"] = now,
        };
        if (late)
            output["late"] = true;
        return new StepResult.Completed(JsonSerializer.SerializeToElement(output, NextLayerJson.Options));
    }
}
