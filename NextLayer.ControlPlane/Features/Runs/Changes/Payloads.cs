using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;

namespace NextLayer.ControlPlane.Features.Runs.Changes;

/// <summary>Payloads of events, as <see cref="RunEventTypes"/> documents them. Written by hand: tens of thousands a second.</summary>
internal static class Payloads
{
    public const string Empty = "{}";

    private static readonly JsonWriterOptions Writing = new() { Encoder = NextLayerJson.Options.Encoder };

    public static string ErrorMessage(string? message) => Write(w => w.WriteString("error_message", message));

    public static string Reason(string? reason) => reason is null ? Empty : Write(w => w.WriteString("reason", reason));

    public static string Lines(int first, int last) => $$"""{"first_line":{{first}},"last_line":{{last}}}""";

    public static string Generation(int generation) => $$"""{"generation":{{generation}}}""";

    public static string Paused(WaitReason reason, DateTimeOffset? wakeAt) => Write(w =>
    {
        w.WriteString("wait_reason", Names.Of(reason));
        if (wakeAt is { } at)
            w.WriteString("wake_at", at);
    });

    public static string Requeued(string reason, DateTimeOffset? runAfter, int leaseLosses) => Write(w =>
    {
        w.WriteString("reason", reason);
        if (runAfter is { } at)
            w.WriteString("run_after", at);
        if (leaseLosses > 0)
            w.WriteNumber("lease_losses", leaseLosses);
    });

    /// <summary>Of <c>step.started</c>.</summary>
    public static string StepStarted(string stepType, int attempt) =>
        $$"""{"step_type":{{Quote(stepType)}},"attempt":{{attempt}}}""";

    /// <summary>Of <c>step.skipped</c>.</summary>
    public static string StepSkipped(string stepType) => $$"""{"step_type":{{Quote(stepType)}}}""";

    /// <summary>Of <c>step.completed</c>, <c>step.failed</c> and <c>step.retrying</c>.</summary>
    public static string StepEnded(string stepType, int attempt, double durationMs, string? port, string? error, double? retryInMs)
    {
        var text = new StringBuilder(96);
        text.Append("{\"step_type\":").Append(Quote(stepType));
        text.Append(",\"attempt\":").Append(attempt);
        text.Append(CultureInfo.InvariantCulture, $",\"duration_ms\":{Math.Round(durationMs, 3)}");
        if (port is not null)
            text.Append(",\"port\":").Append(Quote(port));
        if (error is not null)
            text.Append(",\"error\":").Append(error);
        if (retryInMs is { } retry)
            text.Append(CultureInfo.InvariantCulture, $",\"retry_in_ms\":{Math.Round(retry, 3)}");
        return text.Append('}').ToString();
    }

    /// <summary>Of <c>step.retry_requested</c>.</summary>
    public static string RetryRequested(string stepType, int attempt, string? by) => Write(w =>
    {
        w.WriteString("step_type", stepType);
        w.WriteNumber("attempt", attempt);
        if (by is not null)
            w.WriteString("by", by);
    });

    /// <summary>Of <c>run.labelled</c>.</summary>
    public static string Labelled(IReadOnlyDictionary<string, string> labels, string? by) => Write(w =>
    {
        w.WriteStartObject("labels");
        foreach (var (key, value) in labels)
            w.WriteString(key, value);
        w.WriteEndObject();
        if (by is not null)
            w.WriteString("by", by);
    });

    /// <summary>Of <c>step.waiting</c>.</summary>
    public static string StepWaiting(string stepType, int attempt, WaitReason reason, DateTimeOffset? wakeAt) => Write(w =>
    {
        w.WriteString("step_type", stepType);
        w.WriteNumber("attempt", attempt);
        w.WriteString("wait_reason", Names.Of(reason));
        if (wakeAt is { } at)
            w.WriteString("wake_at", at);
    });

    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text, NextLayerJson.Options.Encoder)}\"";

    private static string Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var writer = new Utf8JsonWriter(buffer, Writing))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
