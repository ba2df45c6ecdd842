using System.Reflection;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using NextLayer.ControlPlane.Platform.Access;

namespace NextLayer.ControlPlane.Platform.OpenApi;

/// <summary>The OpenAPI document of all endpoints, at <see cref="Address"/>.</summary>
internal static class ApiDocument
{
    public const string Address = "/openapi/v1.json";

    public static void AddApiDocument(this WebApplicationBuilder builder) => builder.Services.AddOpenApi(options =>
    {
        options.AddDocumentTransformer(DescribeAsync);
        options.AddSchemaTransformer(WireSchemas.TransformAsync);
        options.AddOperationTransformer(CommonAnswers.TransformAsync);
    });

    public static void MapApiDocument(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi().Open();
        ApiDocsPage.Map(routes);
    }

    private static Task DescribeAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken ct)
    {
        document.Info = new OpenApiInfo
        {
            Title = "NextLayer",
            Version = Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0],
            Description = "Pipelines for many organisations: registry, run queue, workflows, engine state. All times are UTC, all names "
                + "snake_case, all failures RFC 9457 problem documents. Unknown members of a body are ignored.",
        };
        // Callers reach us under many names; the address they read this from is the right one.
        document.Servers = [];
        CommonAnswers.AddSchemes(document);
        document.AddComponent(CommonAnswers.ProblemSchemaName, CommonAnswers.ProblemSchema());
        return Task.CompletedTask;
    }
}
