using NextLayer.Contracts.Access;
using NextLayer.Contracts.Providers;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Idempotency;

namespace NextLayer.ControlPlane.Features.Providers.Running;

/// <summary>Running a provider pipeline.</summary>
internal static class ProviderRunEndpoints
{
    public static void MapProviderRuns(this RouteGroupBuilder pipelines)
    {
        pipelines.MapPost("/run/{org}/{provider}/{domain}/{pipeline}", StartAsync).WithMetadata(new AcceptsIdempotencyKey()).Requires(Permission.RunsStart).NotAudited()
            .WithName("RunProviderPipeline").WithSummary("Starts a provider pipeline for a day; for yesterday (UTC) when the body names none.")
            .Produces<ProviderRunStarted>();
        pipelines.MapPost("/run/{org}/{provider}/{pipeline}", StartWithoutDomainAsync).WithMetadata(new AcceptsIdempotencyKey()).Requires(Permission.RunsStart).NotAudited()
            .WithName("RunProviderPipelineWithoutDomain").WithSummary("The same, for pipelines whose domain is empty.")
            .Produces<ProviderRunStarted>();
    }

    private static Task<IResult> StartWithoutDomainAsync(
        string org, string provider, string pipeline, RunProviderPipelineRequest? request, HttpContext context, Organisations organisations, ProviderRunStarter starter, CancellationToken ct) =>
        StartAsync(org, provider, "", pipeline, request, context, organisations, starter, ct);

    private static async Task<IResult> StartAsync(
        string org, string provider, string domain, string pipeline, RunProviderPipelineRequest? request, HttpContext context, Organisations organisations, ProviderRunStarter starter, CancellationToken ct)
    {
        var address = new ProviderAddress(org, provider, domain, pipeline);
        if (address.Refuse() is { } malformed)
            return malformed;
        var (organisation, refusal) = await organisations.EnterAsync(org, context, ct);
        if (organisation is null)
            return refusal!; // One of the two is there.
        return IdempotencyRequest.TryRead(context, out var key) is { } badKey
            ? badKey
            : await starter.StartAsync(organisation, address, request, key, ct);
    }
}
