using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Quotas;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Idempotency;
using NextLayer.ControlPlane.Platform.Requests;

namespace NextLayer.ControlPlane.Features.Runs.Creating;

internal static class CreateEndpoints
{
    private const int MaxBatchBytes = 8 * 1024 * 1024;

    public static void MapRunCreation(this RouteGroupBuilder runs)
    {
        runs.MapPost("/", CreateAsync).WithIdempotencyKey().WithBodyLimit(BodyLimit.RunInput).Requires(Permission.RunsStart).NotAudited().WithName("CreateRun").WithSummary("Queues a run of an approved version.");
        runs.MapPost("/batch", CreateManyAsync).WithIdempotencyKey().WithBodyLimit(MaxBatchBytes).Requires(Permission.RunsStart).NotAudited().WithName("CreateRuns")
            .WithSummary("Queues up to 1,000 runs: all of them, or none.");
    }

    private static async Task<IResult> CreateAsync(
        CreateRunRequest request, CallerScope scope, HttpContext context, RunCreator creator, IdempotentAnswers answers, CancellationToken ct)
    {
        if (!scope.Covers(request.TenantId))
            return Refuse(new CreateOutcome.VersionNotFound(request.PipelineVersionId), "");
        var key = IdempotencyRequest.From(context);
        var outcome = await creator.CreateAsync(request, key, ct);
        IResult answer = outcome switch
        {
            CreateOutcome.Created created => TypedResults.Ok(created.Run),
            CreateOutcome.KeyTaken => await answers.ReplayAsync(key!, ct), // Only a call with a key can find it taken.
            var failure => Refuse(failure, ""),
        };
        return answer.With(outcome.Quota);
    }

    private static async Task<IResult> CreateManyAsync(
        CreateRunsRequest request, CallerScope scope, HttpContext context, RunCreator creator, IdempotentAnswers answers, CancellationToken ct)
    {
        if (request.Runs.ToList().FindIndex(run => !scope.Covers(run.TenantId)) is var foreign and >= 0)
            return Refuse(new CreateOutcome.VersionNotFound(request.Runs[foreign].PipelineVersionId), $"runs[{foreign}].");
        var key = IdempotencyRequest.From(context);
        var made = await creator.CreateManyAsync(request.Runs, key, ct);
        IResult answer = made.Failure switch
        {
            null => TypedResults.Ok(new RunsCreated { Items = made.Runs!, Count = made.Runs!.Count }),
            CreateOutcome.KeyTaken => await answers.ReplayAsync(key!, ct),
            var failure => Refuse(failure, $"runs[{made.Index}]."),
        };
        return answer.With(made.Failure?.Quota ?? made.Quota);
    }

    private static ProblemHttpResult Refuse(CreateOutcome outcome, string prefix) => outcome switch
    {
        CreateOutcome.VersionNotFound => Problems.Make(
            StatusCodes.Status404NotFound,
            "pipeline_version_not_found",
            prefix.Length == 0 ? "Pipeline version not found" : $"{prefix}pipeline_version_id: Pipeline version not found"),
        CreateOutcome.VersionNotApproved => Problems.BadRequest(
            "pipeline_version_not_approved",
            prefix.Length == 0 ? "Pipeline version must be APPROVED" : $"{prefix}pipeline_version_id: Pipeline version must be APPROVED"),
        CreateOutcome.BadParameters bad => Problems.Invalid(bad.Errors),
        CreateOutcome.QuotaExceeded { Quota: { } quota } spent => QuotaAnswers.Refuse(quota, spent.Asked),
        _ => throw new InvalidOperationException($"Unknown outcome {outcome}."),
    };
}
