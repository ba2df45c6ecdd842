using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using NextLayer.ControlPlane.Platform.Access;

namespace NextLayer.ControlPlane.Platform.Errors;

/// <summary>
/// The one place that makes failures: RFC 9457 documents whose <c>type</c> (<c>urn:nextlayer:problem:&lt;code&gt;</c>)
/// is stable for programs and whose <c>detail</c> is a sentence for people.
/// </summary>
internal static class Problems
{
    public const string TypePrefix = "urn:nextlayer:problem:";

    /// <summary>400.</summary>
    /// <param name="code">Stable, snake_case; becomes the end of <c>type</c>.</param>
    /// <param name="detail">What is wrong and what would be right, in a sentence.</param>
    /// <param name="errors">Per field, by its path in the request as the client spells it (<c>runs[0].tenant_id</c>).</param>
    public static ProblemHttpResult BadRequest(
        string code, string detail, IReadOnlyDictionary<string, string[]>? errors = null) =>
        Make(StatusCodes.Status400BadRequest, code, detail, errors);

    /// <summary>400 <c>invalid_request</c> for one member or parameter.</summary>
    public static ProblemHttpResult Invalid(string path, string message) =>
        Invalid(new Dictionary<string, string[]> { [path] = [message] });

    /// <summary>400 <c>invalid_request</c> with every error at once; <c>detail</c> repeats the first.</summary>
    public static ProblemHttpResult Invalid(IReadOnlyDictionary<string, string[]> errors)
    {
        var (path, messages) = errors.First();
        var first = path == "$" ? $"The request body {messages[0]}" : $"{path} {messages[0]}";
        var detail = errors.Count == 1 ? first : $"{first} There are {errors.Count} invalid fields in all.";
        return BadRequest("invalid_request", detail, errors);
    }

    /// <summary>404 <c>&lt;kind&gt;_not_found</c>.</summary>
    /// <param name="kind">What was looked for, snake_case: <c>pipeline_version</c>.</param>
    public static ProblemHttpResult NotFound(string kind, object id) =>
        Make(StatusCodes.Status404NotFound, $"{kind}_not_found", $"There is no {kind.Replace('_', ' ')} {HiddenRow.AsAsked(id)}.");

    /// <summary>409: the request is well-formed but does not fit the present state.</summary>
    public static ProblemHttpResult Conflict(string code, string detail) =>
        Make(StatusCodes.Status409Conflict, code, detail);

    /// <summary>422: an idempotency key that was used for another request.</summary>
    public static ProblemHttpResult Unprocessable(string code, string detail) =>
        Make(StatusCodes.Status422UnprocessableEntity, code, detail);

    /// <summary>Any other status.</summary>
    public static ProblemHttpResult Make(
        int status, string code, string detail, IReadOnlyDictionary<string, string[]>? errors = null)
    {
        var problem = new ProblemDetails
        {
            Type = TypePrefix + code,
            Title = ReasonPhrases.GetReasonPhrase(status),
            Status = status,
            Detail = detail,
        };
        if (errors is not null)
            problem.Extensions["errors"] = errors;
        return TypedResults.Problem(problem);
    }
}
