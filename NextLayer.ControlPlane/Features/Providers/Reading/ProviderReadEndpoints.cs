using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Providers;
using NextLayer.ControlPlane.Features.Providers.Running;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Providers.Reading;

/// <summary>What became of the runs of provider pipelines.</summary>
internal static class ProviderReadEndpoints
{
    public static void MapProviderReading(this RouteGroupBuilder pipelines)
    {
        pipelines.MapGet("/{org}/runs", ListAsync).Requires(Permission.RunsRead).WithName("ListProviderRuns").WithSummary("Lists an organisation's runs of provider pipelines, newest first.");
        pipelines.MapGet("/{org}/runs/{runId:guid}", GetAsync).Requires(Permission.RunsRead).WithName("GetProviderRun").WithSummary("Shows a run of a provider pipeline with the logs of its steps.");
    }

    private static async Task<Results<Ok<ProviderRunPage>, ProblemHttpResult>> ListAsync(
        string org, [AsParameters] ProviderRunQuery query, Organisations organisations, ProviderRunStore runs, HttpContext context, CancellationToken ct)
    {
        if (ProviderAddress.RefuseSlug(org) is { } malformed)
            return malformed;
        var (organisation, refusal) = await organisations.EnterAsync(org, context, ct);
        if (organisation is null)
            return refusal!; // One of the two is there.
        var statuses = query.Statuses(out var unknown);
        if (unknown is not null)
            return unknown;
        var (items, total) = await runs.ListAsync(organisation.TenantId, query, statuses, ct);
        context.Response.Headers[PageQueryExtensions.TotalCount] = total;
        return TypedResults.Ok(new ProviderRunPage { Items = items, Limit = query.Limit, Offset = query.Offset, Count = items.Count });
    }

    private static async Task<Results<Ok<ProviderRunDetail>, ProblemHttpResult>> GetAsync(
        string org, Guid runId, Organisations organisations, ProviderRunStore runs, HttpContext context, CancellationToken ct)
    {
        if (ProviderAddress.RefuseSlug(org) is { } malformed)
            return malformed;
        var (organisation, refusal) = await organisations.EnterAsync(org, context, ct);
        if (organisation is null)
            return refusal!; // One of the two is there.
        return await runs.FindAsync(organisation.TenantId, runId, ct) is { } found ? TypedResults.Ok(found) : Problems.NotFound("run", runId);
    }
}
