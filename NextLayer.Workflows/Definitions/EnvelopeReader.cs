using System.Text.Json;
using NextLayer.Workflows.Retries;

namespace NextLayer.Workflows.Definitions;

/// <summary>Reads the keys every step may have: <c>when</c>, <c>timeout_seconds</c>, <c>retry</c>, <c>on_error</c>.</summary>
internal sealed class EnvelopeReader(string stepId, string path, List<DefinitionError> errors)
{
    private const double LongestTimeoutSeconds = 86_400;

    public StepDefinition Read(StepDefinition bare, JsonElement data) => bare with
    {
        When = ReadWhen(data),
        TimeoutSeconds = ReadTimeout(data),
        Retry = ReadRetry(data),
        OnError = ReadOnError(data),
    };

    private string? ReadWhen(JsonElement data)
    {
        if (!Find(data, "when", out var when))
            return null;
        switch (when.ValueKind)
        {
            case JsonValueKind.String when !string.IsNullOrWhiteSpace(when.GetString()):
                return when.GetString();
            case JsonValueKind.String:
                return null;
            case JsonValueKind.True or JsonValueKind.False:
                return when.GetRawText();
            default:
                Report("when", "must be an expression");
                return null;
        }
    }

    private double ReadTimeout(JsonElement data)
    {
        if (!IsoDuration.TryRead(data, "timeout", out var timeout) || timeout is { TotalSeconds: <= 0 or > LongestTimeoutSeconds })
            Report("timeout_seconds", $"must be more than 0 and at most {LongestTimeoutSeconds} seconds, or a duration such as PT30S");
        return timeout?.TotalSeconds ?? StepDefinition.DefaultTimeoutSeconds;
    }

    private OnError ReadOnError(JsonElement data)
    {
        if (!Find(data, "on_error", out var value))
            return OnError.Fail;
        switch (value.ValueKind == JsonValueKind.String ? value.GetString() : null)
        {
            case "fail":
                return OnError.Fail;
            case "continue":
                return OnError.Continue;
            case "branch":
                return OnError.Branch;
            default:
                Report("on_error", "must be fail, continue or branch");
                return OnError.Fail;
        }
    }

    private RetryPolicy? ReadRetry(JsonElement data)
    {
        if (!Find(data, "retry", out var retry))
            return null;
        if (retry.ValueKind != JsonValueKind.Object)
        {
            Report("retry", "must be an object");
            return null;
        }
        var defaults = RetryPolicy.None;
        var policy = new RetryPolicy
        {
            MaxAttempts = ReadAttempts(retry),
            Backoff = ReadBackoff(retry),
            InitialSeconds = ReadSeconds(retry, "initial", defaults.InitialSeconds),
            Factor = ReadNumber(retry, "factor", defaults.Factor),
            MaxSeconds = ReadSeconds(retry, "max", defaults.MaxSeconds),
            Jitter = ReadNumber(retry, "jitter", defaults.Jitter),
            On = ReadCodes(retry),
        };
        foreach (var (field, message) in policy.FindProblems())
            Report($"retry.{field}", message);
        return policy;
    }

    private int ReadAttempts(JsonElement retry)
    {
        if (!Find(retry, "max_attempts", out var value))
            return RetryPolicy.None.MaxAttempts;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var attempts))
            return attempts;
        Report("retry.max_attempts", "must be a whole number");
        return RetryPolicy.None.MaxAttempts;
    }

    private RetryBackoff ReadBackoff(JsonElement retry)
    {
        if (!Find(retry, "backoff", out var value))
            return RetryPolicy.None.Backoff;
        switch (value.ValueKind == JsonValueKind.String ? value.GetString() : null)
        {
            case "fixed":
                return RetryBackoff.Fixed;
            case "exponential":
                return RetryBackoff.Exponential;
            default:
                Report("retry.backoff", "must be fixed or exponential");
                return RetryPolicy.None.Backoff;
        }
    }

    private double ReadSeconds(JsonElement retry, string name, double fallback)
    {
        if (!IsoDuration.TryRead(retry, name, out var read))
            Report($"retry.{name}_seconds", "must be a number of seconds or a duration such as PT5S");
        return read?.TotalSeconds ?? fallback;
    }

    private double ReadNumber(JsonElement retry, string name, double fallback)
    {
        if (!Find(retry, name, out var value))
            return fallback;
        if (value.ValueKind == JsonValueKind.Number)
            return value.GetDouble();
        Report($"retry.{name}", "must be a number");
        return fallback;
    }

    private string[] ReadCodes(JsonElement retry)
    {
        if (!Find(retry, "on", out var codes))
            return [];
        if (codes.ValueKind == JsonValueKind.Array && codes.EnumerateArray().All(c => c.ValueKind == JsonValueKind.String))
            return [.. codes.EnumerateArray().Select(c => c.GetString()!)];
        Report("retry.on", "must be a list of error codes");
        return [];
    }

    private static bool Find(JsonElement owner, string name, out JsonElement value) =>
        owner.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    private void Report(string field, string message) =>
        errors.Add(new DefinitionError("invalid_envelope", stepId, $"{path}.{field}", $"{field} of step '{stepId}' {message}."));
}
