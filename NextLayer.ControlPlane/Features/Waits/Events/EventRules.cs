using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.ControlPlane.Features.Runs.Changes;
using NextLayer.ControlPlane.Features.Runs.Reporting;
using NextLayer.Workflows.Expressions;
using NextLayer.Workflows.Templates;

namespace NextLayer.ControlPlane.Features.Waits.Events;

/// <summary>Which events a waiting step takes, and what they do to its run.</summary>
internal static class EventRules
{
    private static readonly JsonElement Nothing = JsonElement.Parse("{}");

    /// <summary>Ends the wait with the events it needed.</summary>
    public static void Settle(RunChange run, OpenStep step, IReadOnlyList<ArrivedEvent> events)
    {
        var last = events[^1];
        var output = JsonSerializer.Serialize(
            events.Count == 1
                ? new Dictionary<string, object?> { ["payload"] = last.Payload, ["event_id"] = last.Id, ["received_at"] = last.ReceivedAt, ["timed_out"] = false }
                : new Dictionary<string, object?>
                {
                    ["payload"] = last.Payload,
                    ["payloads"] = events.Select(e => e.Payload),
                    ["event_id"] = last.Id,
                    ["event_ids"] = events.Select(e => e.Id),
                    ["received_at"] = last.ReceivedAt,
                    ["timed_out"] = false,
                },
            NextLayerJson.Options);
        if (System.Text.Encoding.UTF8.GetByteCount(output) > StepReportRules.MaxOutputBytes)
            run.Settle(step, StepStatus.Failed, null, null, Error(step, "OUTPUT_TOO_LARGE", $"The {events.Count} events together have more than {StepReportRules.MaxOutputBytes / 1024} KiB."));
        else
            run.Settle(step, StepStatus.Completed, port: null, output);
    }

    /// <summary>Ends the wait because nothing came in time.</summary>
    public static void AtTimeout(RunChange run, OpenStep step, EventWait wait)
    {
        if (wait.OnTimeout == OnTimeout.Continue)
            run.Settle(step, StepStatus.Completed, port: null, JsonSerializer.Serialize(
                new Dictionary<string, object?> { ["payload"] = null, ["event_id"] = null, ["received_at"] = null, ["timed_out"] = true },
                NextLayerJson.Options));
        else
            run.Settle(step, StepStatus.Failed, port: null, output: null, Error(step, "EVENT_TIMEOUT", $"No event '{wait.Name}' arrived in time."));
    }

    private static string Error(OpenStep step, string code, string message) => JsonSerializer.Serialize(
        new StepError { Code = code, Message = message, Retryable = false, Attempt = step.Attempt }, NextLayerJson.Options);

    /// <summary>A wait's condition, made ready once for all events it is asked about.</summary>
    internal sealed class Matcher
    {
        private readonly CelProgram? program;
        private readonly TemplateScope scope;

        public Matcher(EventWait wait)
        {
            scope = ScopeCapture.Restore(wait.Scope ?? Nothing);
            program = wait.Match is { } text ? ScopeCapture.CompileExpression(text) : null; // Its worker has compiled it before.
        }

        /// <summary>An event about which the condition has no answer (a member it lacks) does not fit.</summary>
        public bool Fits(ArrivedEvent arrived)
        {
            if (program is null)
                return true;
            var about = JsonSerializer.SerializeToElement(
                new { arrived.Id, arrived.Name, arrived.CorrelationKey, arrived.Payload, arrived.ReceivedAt }, NextLayerJson.Options);
            try
            {
                return program.EvaluateBool(scope.With("payload", arrived.Payload).With("event", about));
            }
            catch (CelException)
            {
                return false;
            }
        }
    }
}
