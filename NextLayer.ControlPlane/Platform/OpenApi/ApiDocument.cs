namespace NextLayer.ControlPlane.Platform.OpenApi;

/// <summary>The OpenAPI document of all endpoints, at <c>/openapi/v1.json</c>.</summary>
internal static class ApiDocument
{
    public const string Address = "/openapi/v1.json";

    public static void AddApiDocument(this WebApplicationBuilder builder) => builder.Services.AddOpenApi();

    public static void MapApiDocument(this IEndpointRouteBuilder routes) => routes.MapOpenApi();
}
