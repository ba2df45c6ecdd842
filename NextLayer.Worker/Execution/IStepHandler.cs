namespace NextLayer.Worker.Execution;

/// <summary>
/// Does the work of one step type. Pure of persistence: what it returns is all the engine records. It is registered by
/// its type; several instances of a type never exist, so it keeps nothing between calls.
/// </summary>
internal interface IStepHandler
{
    /// <summary>Step type as the catalog spells it.</summary>
    string Type { get; }

    /// <summary>
    /// True when it only computes and always ends soon: it then runs without a timer, without a cancellation token that
    /// ever fires, and without a place among the steps that may run at once.
    /// </summary>
    bool IsImmediate => false;

    /// <summary><see cref="IsImmediate"/> where it depends on the step's configuration.</summary>
    bool IsImmediateFor(StepContext context) => IsImmediate;

    /// <summary>
    /// Carries out one attempt. Exceptions are turned into failures: <see cref="Steps.StepConfigException"/> into
    /// <c>CONFIG</c>, <see cref="StepFailure"/> into what it carries, cancellation by the step's time-out into <c>TIMEOUT</c>, anything else into <c>INTERNAL</c>.
    /// </summary>
    Task<StepResult> ExecuteAsync(StepContext context, CancellationToken ct);
}
