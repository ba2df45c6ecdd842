using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using OpenTelemetry;

namespace NextLayer.ServiceDefaults.Telemetry;

/// <summary>
/// Completes ASP.NET Core's own server span. .NET 10 makes it without a name of its own, route or status; the request's
/// tags it adds when <see cref="RequestTagsSwitch"/> is off, the answer's are added here, by the HTTP semantic conventions.
/// </summary>
internal sealed class ServerSpans : IStartupFilter
{
    /// <summary>On by default in .NET 10, off from .NET 11 on.</summary>
    public const string RequestTagsSwitch = "Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData";

    // A startup filter runs before everything the service adds, so the status seen here is the one that was sent.
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(InvokeAsync);
        next(app);
    };

    private static async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var span = context.Features.Get<IHttpActivityFeature>()?.Activity;
        if (IsProbe(context.Request.Path))
        {
            await DropAsync(span, context, next);
            return;
        }

        try
        {
            await next(context);
            Complete(span, context, context.Response.StatusCode, null);
        }
        catch (Exception ex)
        {
            Complete(span, context, StatusCodes.Status500InternalServerError, ex);
            throw;
        }
    }

    private static bool IsProbe(PathString path) => path == "/alive" || path == "/health";

    // Probes come every few seconds for ever: neither their span nor the database calls under it are anyone's trace.
    private static async Task DropAsync(Activity? span, HttpContext context, RequestDelegate next)
    {
        if (span is not null)
        {
            span.IsAllDataRequested = false;
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }

        using (SuppressInstrumentationScope.Begin())
            await next(context);
    }

    // A group's "/" leaves "/api/runs/" behind, which nobody would look for.
    private static string? RouteOf(RouteEndpoint? endpoint) =>
        endpoint?.RoutePattern.RawText is { Length: > 1 } text ? text.TrimEnd('/') : endpoint?.RoutePattern.RawText;

    private static void Complete(Activity? span, HttpContext context, int status, Exception? exception)
    {
        if (span is not { IsAllDataRequested: true })
            return;
        var failure = context.Features.Get<IExceptionHandlerFeature>();
        // The exception handler clears the endpoint before it answers.
        var endpoint = context.GetEndpoint() ?? failure?.Endpoint;
        var route = RouteOf(endpoint as RouteEndpoint);
        if (route is not null)
            span.SetTag("http.route", route);
        span.DisplayName = route is null ? context.Request.Method : $"{context.Request.Method} {route}";
        span.SetTag("http.response.status_code", status);
        if (status < StatusCodes.Status500InternalServerError)
            return;
        span.SetTag("error.type", (exception ?? failure?.Error)?.GetType().FullName ?? status.ToString());
        span.SetStatus(ActivityStatusCode.Error);
    }
}
