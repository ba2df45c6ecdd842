using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace NextLayer.Dashboard.Session;

/// <summary><c>POST /session</c> signs in, <c>DELETE /session</c> signs out. Who one is tells <c>GET /api/v1/me</c>.</summary>
internal static partial class SessionEndpoints
{
    private const int LongestCredential = 8 * 1024;
    private const int LargestBody = 64 * 1024;

    public static void MapSession(this WebApplication app)
    {
        app.MapPost("/session", SignInAsync).RequireRateLimiting(SignInLimit.Policy).WithMetadata(new RequestSizeLimitAttribute(LargestBody));
        app.MapDelete("/session", SignOutAsync);
    }

    private static async Task<Results<Ok<JsonElement>, ProblemHttpResult>> SignInAsync(
        HttpContext context, ControlPlaneAccount account, IOptions<SessionOptions> options, TimeProvider time,
        ILogger<ControlPlaneAccount> logger, CancellationToken ct)
    {
        var (body, wrong) = await ReadAsync(context.Request, ct);
        if (body is null)
            return HostProblem.Of(wrong, "invalid_body", "Not understood", """Send JSON: {"credential": "…"} with an API key (nlk_…) or a JWT, and Content-Type: application/json.""");
        var credential = body.Credential?.Trim() ?? "";
        if (!IsPlausible(credential))
            return HostProblem.Of(StatusCodes.Status400BadRequest, "invalid_credential", "No key or token", "This is no API key and no token: paste it whole, without spaces or line breaks.");
        try
        {
            switch (await account.AskAsync(credential, ct))
            {
                case AccountAnswer.Known known:
                    var lasting = SessionTicket.Lasting(time.GetUtcNow(), TimeSpan.FromHours(options.Value.IdleHours), known.ExpiresAt);
                    await context.SignInAsync(SessionTicket.Name, SessionTicket.For(credential), lasting);
                    return TypedResults.Ok(known.Me);
                case AccountAnswer.NotNeeded:
                    return HostProblem.Of(StatusCodes.Status409Conflict, "authentication_off", "No sign-in needed", "Authentication is off on this control plane: the pages are open to everybody.");
                default:
                    return HostProblem.Of(StatusCodes.Status401Unauthorized, "unknown_credential", "Not known", "The control plane does not know this key or token: it may be mistyped, revoked or expired.");
            }
        }
        catch (HttpRequestException unreachable)
        {
            LogNotAsked(logger, unreachable);
            return HostProblem.Of(StatusCodes.Status502BadGateway, "control_plane_unreachable", "No answer", "The control plane cannot be asked now. Try again in a moment.");
        }
    }

    private static Task SignOutAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return context.SignOutAsync(SessionTicket.Name);
    }

    /// <returns>What was sent, or the status that says why it cannot be read.</returns>
    private static async Task<(SignInRequest? Body, int Wrong)> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        if (!request.HasJsonContentType())
            return (null, StatusCodes.Status415UnsupportedMediaType);
        try
        {
            return (await request.ReadFromJsonAsync<SignInRequest>(ct), StatusCodes.Status400BadRequest);
        }
        catch (JsonException)
        {
            return (null, StatusCodes.Status400BadRequest);
        }
        catch (BadHttpRequestException ex)
        {
            return (null, ex.StatusCode); // Larger than any credential, or cut off.
        }
    }

    // It goes into a header: letters, digits and signs of ASCII alone.
    private static bool IsPlausible(string credential) =>
        credential.Length is > 0 and <= LongestCredential && credential.All(c => c is > ' ' and < '\x7f');

    [LoggerMessage(2, LogLevel.Warning, "Nobody can sign in: the control plane could not be asked whose a credential is")]
    private static partial void LogNotAsked(ILogger logger, Exception exception);

    /// <summary>Body of <c>POST /session</c>.</summary>
    /// <param name="Credential">An API key (<c>nlk_…</c>) or a JWT.</param>
    private sealed record SignInRequest(string? Credential);
}
