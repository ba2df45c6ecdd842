using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Providers;
using NextLayer.ControlPlane.Platform.Access;

namespace NextLayer.ControlPlane.Features.Providers.Registry;

/// <summary>What pipelines there are, for everybody.</summary>
internal static class ValidatorEndpoints
{
    private static readonly ConditionalWeakTable<ProviderRegistryContent, Document> Documents = [];

    public static void MapValidator(this IEndpointRouteBuilder api) =>
        api.MapGet("/api/v1/validator/pipelines", List).Open().WithTags("Provider pipelines").WithName("ListProviderPipelines")
            .WithSummary("Lists the provider pipelines; public, to be kept for five minutes, with If-None-Match 304 when they are known already.")
            .Produces<ProviderPipelineList>().Produces(StatusCodes.Status304NotModified);

    private static FileContentHttpResult List(ProviderRegistry registry, HttpContext context)
    {
        var document = Documents.GetValue(registry.Current, Document.Of);
        context.Response.Headers.CacheControl = "public, max-age=300";
        return TypedResults.Bytes(document.Json, "application/json; charset=utf-8", entityTag: new EntityTagHeaderValue(document.ETag));
    }

    private sealed record Document(byte[] Json, string ETag)
    {
        public static Document Of(ProviderRegistryContent content)
        {
            var json = JsonSerializer.SerializeToUtf8Bytes(
                new ProviderPipelineList
                {
                    Pipelines = [.. content.Entries.Select(entry => entry.View)],
                    Count = content.Entries.Count,
                    Source = content.IsFallback ? "fallback" : "registry",
                },
                NextLayerJson.Options);
            return new Document(json, $"\"{Convert.ToHexStringLower(SHA256.HashData(json)[..16])}\"");
        }
    }
}
