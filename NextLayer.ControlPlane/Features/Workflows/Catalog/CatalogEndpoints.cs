using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Platform.Access;

namespace NextLayer.ControlPlane.Features.Workflows.Catalog;

/// <summary>What steps there are.</summary>
internal static class CatalogEndpoints
{
    public static void MapCatalog(this RouteGroupBuilder catalog) =>
        catalog.MapGet("/steps", ListSteps).RequiresSignIn().WithName("ListStepTypes").WithSummary("Lists the step types; with If-None-Match 304 when they are known already.")
            .Produces<IReadOnlyList<StepTypeInfo>>().Produces(StatusCodes.Status304NotModified);

    private static FileContentHttpResult ListSteps(CatalogDocument catalog, HttpContext context)
    {
        // Browsers ask again after five minutes, and are told in a few bytes that nothing has changed.
        context.Response.Headers.CacheControl = "private, max-age=300";
        return TypedResults.Bytes(catalog.Json, "application/json; charset=utf-8", entityTag: new EntityTagHeaderValue(catalog.ETag));
    }
}
