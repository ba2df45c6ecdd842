using System.Text.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.Worker.Execution;
using NextLayer.Workflows.Expressions;
using NextLayer.Workflows.Templates;

namespace NextLayer.Worker.Steps;

/// <summary><c>wait_for_event</c>: describes the event; finding it is the control plane's.</summary>
internal sealed class WaitForEventStep : IStepHandler
{
    private const int MaxScopeBytes = 64 * 1024;
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromDays(7);
    private static readonly TimeSpan DefaultLookback = TimeSpan.FromMinutes(10);

    /// <summary>Events are kept so long.</summary>
    private static readonly TimeSpan LongestLookback = TimeSpan.FromDays(30);

    public string Type => "wait_for_event";

    public bool IsImmediate => true;

    public Task<StepResult> ExecuteAsync(StepContext context, CancellationToken ct)
    {
        var config = new StepConfig(context.Config);
        var lookback = config.Duration("lookback") ?? DefaultLookback;
        if (lookback > LongestLookback)
            throw config.Wrong("lookback", "at most P30D");
        var match = config.Text("match");
        var wait = new EventWait
        {
            Name = Short(config, "event", config.RequiredText("event"), 200),
            CorrelationKey = config.Text("correlation_key") is { } key ? Short(config, "correlation_key", key, 500) : null,
            Match = match,
            Scope = match is null ? null : Capture(context, match),
            Count = (int)(config.Number("count", 1, 1000) ?? 1),
            LookbackMs = lookback.TotalMilliseconds,
            OnTimeout = config.Choice("on_timeout", OnTimeout.Fail),
        };
        return Task.FromResult<StepResult>(new StepResult.Waiting(WaitReason.Event, config.Duration("timeout") ?? DefaultTimeout)
        {
            Wait = new StepWait { Event = wait },
        });
    }

    private static string Short(StepConfig config, string name, string text, int max) =>
        text.Length <= max ? text : throw config.Wrong(name, $"at most {max} characters long");

    private static JsonElement Capture(StepContext context, string match)
    {
        try
        {
            var scope = ScopeCapture.OfExpression(match, context.Scope, "payload", "event");
            var size = System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(scope).Length;
            return size <= MaxScopeBytes
                ? scope
                : throw new StepConfigException($"config.match reads {size / 1024} KiB of the run; at most {MaxScopeBytes / 1024} can be kept with the wait.");
        }
        catch (CelException ex)
        {
            throw new StepConfigException($"config.match: {ex.Message}");
        }
    }
}
