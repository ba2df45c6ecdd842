using Microsoft.AspNetCore.Http.HttpResults;

namespace NextLayer.ControlPlane.Platform.Errors;

/// <summary>Turns what no endpoint answered (unknown routes, wrong methods, exceptions) into problem documents.</summary>
internal static class ProblemPipeline
{
    public static void AddProblems(this IServiceCollection services)
    {
        services.AddExceptionHandler<ExceptionProblems>();
        // A request that cannot be bound must reach ExceptionProblems in every environment, not only in Development.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
    }

    public static void UseProblems(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            StatusCodeSelector = ex => ex is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError,
            // ExceptionProblems always answers; this only keeps the middleware from asking for an error page.
            ExceptionHandler = _ => Task.CompletedTask,
            AllowStatusCode404Response = true,
        });
        app.UseStatusCodePages(context => Describe(context.HttpContext).ExecuteAsync(context.HttpContext));
    }

    private static ProblemHttpResult Describe(HttpContext context)
    {
        var request = context.Request;
        var status = context.Response.StatusCode;
        return status switch
        {
            StatusCodes.Status404NotFound =>
                Problems.Make(status, "route_not_found", $"There is nothing at {request.Path}. GET /openapi/v1.json lists what is there."),
            StatusCodes.Status405MethodNotAllowed =>
                Problems.Make(status, "method_not_allowed", $"{request.Path} does not answer {request.Method}; it answers {context.Response.Headers.Allow}."),
            StatusCodes.Status415UnsupportedMediaType =>
                Problems.Make(status, "unsupported_media_type", "Send the body as JSON with Content-Type: application/json."),
            _ => Problems.Make(status, $"status_{status}", "The request was refused."),
        };
    }
}
