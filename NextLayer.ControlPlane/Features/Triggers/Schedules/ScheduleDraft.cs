using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Triggers;
using NextLayer.ControlPlane.Features.Runs;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;
using NextLayer.Workflows.Schedules;

namespace NextLayer.ControlPlane.Features.Triggers.Schedules;

/// <summary>A schedule as somebody wants it, with all defaults filled in.</summary>
internal sealed record ScheduleDraft
{
    public string? Name { get; init; }
    public required Guid WorkflowId { get; init; }
    public required string Cron { get; init; }
    public required string Timezone { get; init; }
    public required JsonElement Input { get; init; }
    public required bool Enabled { get; init; }
    public required CatchUp CatchUp { get; init; }
    public required Overlap Overlap { get; init; }

    public const string DefaultTimezone = "UTC";

    public static ScheduleDraft From(SaveScheduleRequest request) => new()
    {
        Name = request.Name,
        WorkflowId = request.WorkflowId,
        Cron = request.Cron,
        Timezone = request.Timezone ?? DefaultTimezone,
        Input = request.Input ?? RunRows.EmptyObject,
        Enabled = request.Enabled ?? true,
        CatchUp = request.CatchUp ?? CatchUp.None,
        Overlap = request.Overlap ?? Overlap.Allow,
    };

    public static ScheduleDraft From(Schedule present, UpdateScheduleRequest change) => new()
    {
        Name = change.Name.Or(present.Name),
        WorkflowId = present.WorkflowId,
        Cron = change.Cron ?? present.Cron,
        Timezone = change.Timezone ?? present.Timezone,
        Input = change.Input ?? present.Input,
        Enabled = change.Enabled ?? present.Enabled,
        CatchUp = change.CatchUp ?? present.CatchUp,
        Overlap = change.Overlap ?? present.Overlap,
    };

    /// <summary>Reads the cron expression, and refuses what cannot be one or is no input.</summary>
    public ProblemHttpResult? TryRead(out CronSchedule? cron) =>
        TryRead(Cron, Timezone, out cron) ?? JsonObjects.Refuse("input", Input);

    public static ProblemHttpResult? TryRead(string text, string timezone, out CronSchedule? cron) =>
        CronSchedule.TryParse(text, timezone, out cron, out var error) ? null : Problems.Invalid(error.Field, error.Message);
}
