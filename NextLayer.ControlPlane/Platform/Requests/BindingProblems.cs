using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using NextLayer.ControlPlane.Platform.Errors;

namespace NextLayer.ControlPlane.Platform.Requests;

/// <summary>Says in the client's words why a request could not be turned into an endpoint's arguments.</summary>
internal static partial class BindingProblems
{
    public static ProblemHttpResult Describe(BadHttpRequestException exception)
    {
        if (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
            return Problems.Make(exception.StatusCode, "body_too_large", "The body is longer than any this service reads.");
        if (exception.StatusCode == StatusCodes.Status415UnsupportedMediaType)
            return Problems.Make(
                exception.StatusCode, "unsupported_media_type", "Send the body as JSON with Content-Type: application/json.");
        if (exception.StatusCode != StatusCodes.Status400BadRequest)
            return Problems.Make(exception.StatusCode, $"status_{exception.StatusCode}", "The request was refused.");
        return DescribeParameter(exception.Message)
            ?? Problems.BadRequest("invalid_request", "The request could not be read.");
    }

    // The serializer stops at the first mismatch and speaks of .NET types. It has refused the body already, so a second,
    // slower walk that names every mismatch costs only those who sent it.
    public static ProblemHttpResult DescribeBody(Endpoint endpoint, RequestBody body, JsonException json)
    {
        if (endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType is { } contract)
        {
            using var document = JsonDocument.Parse(body.Bytes);
            var errors = BodyDiagnosis.Diagnose(document.RootElement, contract);
            if (errors.Count > 0)
                return Problems.Invalid(errors);
        }

        return Problems.Invalid(FieldPath(json.Path), "cannot be read as this field's type.");
    }

    private static string FieldPath(string? path) =>
        path is null or "$" ? "$" : path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path;

    private static ProblemHttpResult? DescribeParameter(string message)
    {
        var unreadable = UnreadableParameter().Match(message);
        if (unreadable.Success)
            return Problems.Invalid(
                SnakeCase(unreadable.Groups["name"].Value), Expectations.Of(unreadable.Groups["type"].Value));
        var missing = MissingParameter().Match(message);
        if (!missing.Success)
            return null;
        return missing.Groups["source"].Value.Contains("body", StringComparison.Ordinal)
            ? Problems.Invalid("$", "is needed: send a JSON object.")
            : Problems.Invalid(SnakeCase(missing.Groups["name"].Value), "is required.");
    }

    private static string SnakeCase(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    // ASP.NET tells parameter and type in these sentences only; BindingProblemsTests pins them.
    [GeneratedRegex("""^Failed to bind parameter "(?<type>.+) (?<name>\w+)" from """)]
    private static partial Regex UnreadableParameter();

    [GeneratedRegex("""^(Required parameter "(?<type>.+) (?<name>\w+)" was not provided from (?<source>.+)\.|Implicit (?<source>body) inferred for parameter "(?<name>\w+)" but no body was provided.*)$""")]
    private static partial Regex MissingParameter();
}
