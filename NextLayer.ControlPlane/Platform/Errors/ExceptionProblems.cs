using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.ControlPlane.Platform.Requests;
using Npgsql;

namespace NextLayer.ControlPlane.Platform.Errors;

/// <summary>
/// What an exception looks like from outside: bad input stays the caller's 400, a Postgres that cannot answer is a
/// 503 worth repeating, all else is a 500 that shows nothing but the trace id under which the log has the rest.
/// </summary>
internal sealed partial class ExceptionProblems(ILogger<ExceptionProblems> logger) : IExceptionHandler
{
    /// <summary>Seconds a client is asked to wait when Postgres is away: a fail-over or restart takes about so long.</summary>
    private const int RetryAfterSeconds = 2;

    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken ct)
    {
        var problem = exception switch
        {
            BadHttpRequestException bad => BindingProblems.Describe(bad),
            _ when IsDatabaseAway(exception) => Unavailable(context, exception),
            _ => Unexpected(context, exception),
        };
        await problem.ExecuteAsync(context);
        return true;
    }

    private ProblemHttpResult Unavailable(HttpContext context, Exception exception)
    {
        LogDatabaseAway(exception, context.Request.Method, context.Request.Path);
        context.Response.Headers.RetryAfter = RetryAfterSeconds.ToString();
        return Problems.Make(
            StatusCodes.Status503ServiceUnavailable, "database_unavailable", "The database does not answer. Try again shortly.");
    }

    private ProblemHttpResult Unexpected(HttpContext context, Exception exception)
    {
        LogUnexpected(exception, context.Request.Method, context.Request.Path);
        var trace = Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;
        var problem = Problems.Make(
            StatusCodes.Status500InternalServerError, "internal_error", "Something went wrong on our side. It has been logged.");
        problem.ProblemDetails.Extensions["trace_id"] = trace;
        return problem;
    }

    /// <summary>True for a lost or refused connection, an exhausted pool, a timeout and a server that is starting or stopping.</summary>
    private static bool IsDatabaseAway(Exception exception) => exception switch
    {
        // query_canceled is our own statement_timeout; 55P03 our lock_timeout.
        PostgresException postgres => postgres.IsTransient
            || postgres.SqlState is PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.LockNotAvailable,
        NpgsqlException npgsql => npgsql.IsTransient || npgsql.InnerException is TimeoutException or SocketException or IOException,
        { InnerException: NpgsqlException inner } => IsDatabaseAway(inner),
        _ => false,
    };

    [LoggerMessage(1151, LogLevel.Warning, "Postgres could not serve {Method} {Path}")]
    private partial void LogDatabaseAway(Exception exception, string method, string path);

    [LoggerMessage(1152, LogLevel.Error, "Unexpected failure of {Method} {Path}")]
    private partial void LogUnexpected(Exception exception, string method, string path);
}
