using NextLayer.Contracts.Runs;

namespace NextLayer.ControlPlane.Features.Runs.Creating;

/// <summary>A run that somebody wants, whichever API it came by.</summary>
internal sealed record RunWish(CreateRunRequest Request)
{
    /// <summary>Where the input stands in the caller's request, for the paths of errors.</summary>
    public string InputPath { get; init; } = "parameters";

    /// <summary>The same for the labels.</summary>
    public string LabelsPath { get; init; } = "labels";

    /// <summary>The run whose input this one takes over.</summary>
    public Guid? RerunOf { get; init; }

    /// <summary>The planned time that this one was made for, where it takes over the input of one that was.</summary>
    public DateTimeOffset? PlannedAt { get; init; }

    /// <summary>Whether it runs the copy of a draft, which nothing else may.</summary>
    public bool IsTest { get; init; }

    /// <summary>Steps that it need not run; null for none.</summary>
    public TakenOutputs? Taken { get; init; }

    /// <summary>The answer kept under the call's idempotency key; the Queue API's own when it is left alone.</summary>
    public Func<RunCreated, RunAnswer> Answer { get; init; } =
        created => RunAnswer.Of(StatusCodes.Status200OK, location: null, created);
}
