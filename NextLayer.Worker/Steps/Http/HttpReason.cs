using System.Text.Json;
using NextLayer.Worker.Execution;

namespace NextLayer.Worker.Steps.Http;

/// <summary>What an answer that is no success says of itself.</summary>
internal static class HttpReason
{
    private const int Longest = 500;

    /// <summary>Where APIs put their sentence, the most telling first: RFC 9457, OAuth 2 (RFC 6749), GraphQL, and habit.</summary>
    private static readonly string[] Places =
    [
        "detail", "error.message", "error_description", "message", "errors.0.message", "errors.0.detail", "errors.0", "error", "title",
    ];

    /// <returns>Null when the answer is no JSON, or has none of these.</returns>
    public static string? Of(HttpReply reply)
    {
        try
        {
            var body = reply.Body(ResponseType.Json);
            return Places.Select(place => Sentence(HttpPages.Find(body, place))).FirstOrDefault(sentence => sentence is not null);
        }
        catch (Exception ex) when (ex is JsonException or InvalidOperationException)
        {
            return null; // No JSON, or text in it that is none.
        }
    }

    private static string? Sentence(JsonElement? found) =>
        found is { ValueKind: JsonValueKind.String } text && text.GetString()!.Trim() is { Length: > 0 } sentence // It is a string.
            ? StorableText.Sanitize(sentence, Longest)
            : null;
}
