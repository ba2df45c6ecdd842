using System.Text.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;

namespace NextLayer.Worker.Execution;

/// <summary>What an attempt of a step came to.</summary>
internal abstract record StepResult
{
    private StepResult()
    {
    }

    /// <summary>Between the ports of a step that chose several, where they are written as one text.</summary>
    public const char PortSeparator = ',';

    /// <param name="Output">At most 256 KiB of JSON; null has no output.</param>
    public sealed record Completed(JsonElement? Output) : StepResult
    {
        /// <summary>Output ports that were chosen; empty for a step that does not choose.</summary>
        public IReadOnlyList<string> Ports { get; init; } = [];
    }

    /// <param name="Error">Its <see cref="StepError.Attempt"/> is filled in by the engine.</param>
    /// <param name="RetryAfter">The other side asked for this pause; a retry waits at least so long.</param>
    public sealed record Failed(StepError Error, TimeSpan? RetryAfter = null) : StepResult;

    /// <summary>
    /// The step waits and holds no worker. A timer's step is called again when it is due; any other wait is ended by the
    /// control plane, with <paramref name="WakeIn"/> as its deadline, and the step is not called again.
    /// </summary>
    /// <param name="Reason">What it waits for.</param>
    /// <param name="WakeIn">Time until it is due; null when <paramref name="WakeAt"/> says it or only a person or event wakes it.</param>
    /// <param name="WakeAt">Due at this time of the database's clock.</param>
    public sealed record Waiting(WaitReason Reason, TimeSpan? WakeIn = null, DateTimeOffset? WakeAt = null) : StepResult
    {
        /// <summary>What it waits for, in full; timers have nothing to add.</summary>
        public StepWait? Wait { get; init; }
    }

    public static Failed Failure(string code, string message, bool retryable = false, JsonElement? detail = null) =>
        new(new StepError { Code = code, Message = message, Retryable = retryable, Detail = detail });
}
