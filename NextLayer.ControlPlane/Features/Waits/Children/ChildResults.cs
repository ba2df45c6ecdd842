using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.ControlPlane.Features.Runs.Changes;
using NextLayer.ControlPlane.Features.Runs.Reporting;

namespace NextLayer.ControlPlane.Features.Waits.Children;

/// <summary>What the ends of its children make of the parent's step.</summary>
internal static partial class ChildResults
{
    /// <summary>True when so many failures end the step before all items are through.</summary>
    public static bool IsHopeless(ChildrenWait wait, int failed) =>
        failed > (wait.OnItemError == OnItemError.FailFast ? 0 : wait.MaxFailures ?? int.MaxValue);

    /// <summary>The step's output, or null when it would be larger than an output may be.</summary>
    public static async Task<string?> CollectAsync(
        ChildGroup group, IAsyncEnumerable<(int Index, string Status, string? Result, string? Error)> items)
    {
        var results = new StringBuilder("[");
        var errors = new List<object>();
        await foreach (var (index, status, result, error) in items)
        {
            if (results.Length > 1)
                results.Append(',');
            results.Append(status == "succeeded" ? result ?? "null" : "null");
            if (status != "succeeded" && group.Wait.OnItemError != OnItemError.Ignore)
                errors.Add(Describe(index, status, error));
            if (results.Length > StepReportRules.MaxOutputBytes)
                return null;
        }

        var rest = JsonSerializer.Serialize(
            new { Count = group.Total, group.Succeeded, group.Failed, Errors = errors }, NextLayerJson.Options);
        var output = $"{{\"results\":{results}],{rest[1..]}";
        return Encoding.UTF8.GetByteCount(output) > StepReportRules.MaxOutputBytes ? null : output;
    }

    /// <summary>Raw JSON of the failure that one item's failure brings about.</summary>
    public static string ItemFailed(OpenStep step, ChildGroup group, int index, string? error, Guid? childId) => Error(
        step,
        "ITEM_FAILED",
        group.Failed > 1
            ? $"{group.Failed} of {group.Total} items failed, the first is item {index}: {error}"
            : $"Item {index} failed: {error}",
        new { Index = index, RunId = childId, group.Failed, group.Succeeded });

    public static string TooLarge(OpenStep step) => Error(
        step,
        "OUTPUT_TOO_LARGE",
        $"The results together have more than {StepReportRules.MaxOutputBytes / 1024} KiB; give config.output to keep less of each.");

    public static string Error(OpenStep step, string code, string message, object? detail = null) => JsonSerializer.Serialize(
        new StepError
        {
            Code = code,
            Message = LogRows.Cut(message),
            Retryable = false,
            Attempt = step.Attempt,
            Detail = detail is null ? null : JsonSerializer.SerializeToElement(detail, NextLayerJson.Options),
        },
        NextLayerJson.Options);

    private static object Describe(int index, string status, string? error)
    {
        if (status == "cancelled")
            return new { Index = index, Code = "CANCELLED", Message = error ?? "The item's run was cancelled." };
        var match = CodedMessage().Match(error ?? "");
        return match.Success
            ? new { Index = index, Code = match.Groups["code"].Value, Message = match.Groups["message"].Value }
            : new { Index = index, Code = "ITEM_FAILED", Message = error ?? "The item's run failed." };
    }

    // Runs say why they failed as "step x failed: CODE: message" or "CODE: message".
    [GeneratedRegex(@"^(?:step \S+ failed: )?(?<code>[A-Za-z][A-Za-z0-9_]*): (?<message>.*)$", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex CodedMessage();
}
