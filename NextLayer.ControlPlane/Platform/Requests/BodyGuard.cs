using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using NextLayer.ControlPlane.Platform.Errors;

namespace NextLayer.ControlPlane.Platform.Requests;

/// <summary>
/// Reads a body once, within its limit, and lets through only JSON that Postgres, .NET and browsers understand alike
/// (<see cref="JsonInspector"/>). What binds afterwards reads the same buffer. Runs behind routing and authentication.
/// </summary>
internal sealed class BodyGuard(RequestDelegate next)
{
    private const int FirstBuffer = 4096;

    public async Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        if (endpoint is null || !HasBody(context))
        {
            await next(context);
            return;
        }

        if (!IsJson(context.Request))
        {
            await UnsupportedMediaType().ExecuteAsync(context);
            return;
        }

        var limit = endpoint.Metadata.GetMetadata<BodyLimit>() ?? BodyLimit.Default;
        using var body = await ReadAsync(context.Request, limit.MaxBytes, context.RequestAborted);
        var refusal = body is null ? TooLarge(limit) : Refuse(body);
        if (refusal is not null)
        {
            await refusal.ExecuteAsync(context);
            return;
        }

        body!.InstallIn(context); // Null was answered above.
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException ex) when (ex.InnerException is JsonException json && !context.Response.HasStarted)
        {
            // Here and not in ExceptionProblems: there endpoint and body are gone.
            await BindingProblems.DescribeBody(endpoint, body, json).ExecuteAsync(context);
        }
    }

    private static bool HasBody(HttpContext context) =>
        context.Request.ContentLength is not 0
        && context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true };

    private static bool IsJson(HttpRequest request) =>
        request.HasJsonContentType()
        && (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.Charset.HasValue
            || type.Charset.Value.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    /// <returns>Null when the body is longer than the limit.</returns>
    private static async Task<RequestBody?> ReadAsync(HttpRequest request, int maxBytes, CancellationToken ct)
    {
        if (request.ContentLength > maxBytes)
            return null;

        var buffer = ArrayPool<byte>.Shared.Rent((int)(request.ContentLength ?? FirstBuffer) + 1);
        try
        {
            var length = 0;
            int read;
            while ((read = await request.Body.ReadAsync(buffer.AsMemory(length), ct)) > 0)
            {
                length += read;
                if (length > maxBytes)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    return null;
                }

                if (length == buffer.Length)
                    buffer = Grow(buffer);
            }

            var start = buffer.AsSpan(0, length).StartsWith("\uFEFF"u8) ? 3 : 0;
            return new RequestBody(buffer, start, length - start);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    private static byte[] Grow(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private static ProblemHttpResult? Refuse(RequestBody body)
    {
        if (body.Bytes.IsEmpty)
            return null; // A chunked body without content; the endpoint says whether it needs one.
        if (!Utf8.IsValid(body.Bytes.Span))
            return Problems.BadRequest("invalid_json", "The body is not valid UTF-8.");
        return JsonInspector.Inspect(body.Bytes.Span) is { } flaw
            ? Problems.BadRequest("invalid_json", flaw)
            : null;
    }

    private static ProblemHttpResult UnsupportedMediaType() => Problems.Make(
        StatusCodes.Status415UnsupportedMediaType,
        "unsupported_media_type",
        "Send the body as JSON in UTF-8 with Content-Type: application/json.");

    private static ProblemHttpResult TooLarge(BodyLimit limit) => Problems.Make(
        StatusCodes.Status413PayloadTooLarge,
        "body_too_large",
        $"The body is longer than the {limit.MaxBytes:N0} bytes this address reads.");
}
