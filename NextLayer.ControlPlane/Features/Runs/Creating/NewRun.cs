using NextLayer.Contracts.Runs;

namespace NextLayer.ControlPlane.Features.Runs.Creating;

/// <summary>A run about to be inserted: what the caller asked, with an id of its own.</summary>
internal sealed record NewRun
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Guid PipelineVersionId { get; init; }
    public required string TriggerType { get; init; }
    public required short Priority { get; init; }
    public DateTimeOffset? RunAfter { get; init; }
    public string? TraceParent { get; init; }

    /// <summary>The run whose input this one takes over.</summary>
    public Guid? RerunOf { get; init; }

    /// <summary>The planned time of a schedule that it is made for, or that the run was whose input it takes over.</summary>
    public DateTimeOffset? PlannedAt { get; init; }

    /// <summary>Whether it runs the copy of a draft, which nothing else may.</summary>
    public bool IsTest { get; init; }

    /// <summary>Who started it, as the audit log names them; null for a trigger and while authentication is off.</summary>
    public string? StartedBy { get; init; }

    /// <summary>Raw JSON of the input; null for none.</summary>
    public string? Parameters { get; init; }

    /// <summary>Checked; null for none.</summary>
    public IReadOnlyDictionary<string, string?>? Labels { get; init; }

    /// <summary>Set when the caller named an idempotency key.</summary>
    public KeyedAnswer? Keyed { get; init; }
}

/// <summary>What is stored under an idempotency key, made before the insert so that both are one statement.</summary>
internal sealed record KeyedAnswer(string Scope, string Key, byte[] RequestHash, RunAnswer Answer);
