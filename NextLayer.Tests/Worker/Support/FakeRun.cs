using System.Text.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;

namespace NextLayer.Tests.Worker.Support;

/// <summary>A run as the fake control plane keeps it. Guarded by the fake's lock; tests read it once the run has come to rest.</summary>
internal sealed class FakeRun
{
    public required Guid Id { get; init; }
    public required Guid VersionId { get; init; }
    public required JsonElement DagSpec { get; init; }
    public required JsonElement Parameters { get; init; }
    public RunStatus Status { get; set; } = RunStatus.Queued;
    public int Generation { get; set; } = 1;
    public int Epoch { get; set; }
    public Guid? Token { get; set; }
    public Guid? LastToken { get; set; }
    public int LastSeq { get; set; }
    public bool CancelRequested { get; set; }
    public string? ErrorMessage { get; set; }
    public DateTimeOffset? StartedAt { get; set; }
    public DateTimeOffset? WakeAt { get; set; }
    public string? TraceParent { get; init; }

    /// <summary>Every attempt, in the order in which it was first heard of.</summary>
    public List<FakeAttempt> Attempts { get; } = [];

    public List<RunLogLine> Logs { get; } = [];

    /// <summary>Every report that changed something, for tests that count them.</summary>
    public List<RunReport> Reports { get; } = [];

    public IEnumerable<FakeAttempt> Of(string stepId) => Attempts.Where(a => a.StepId == stepId);

    public FakeAttempt Newest(string stepId) => Of(stepId).Last();

    public string States => string.Join(' ', Attempts.Select(a => $"{a.StepId}:{a.Attempt}:{a.Status}".ToLowerInvariant()));
}

internal sealed class FakeAttempt
{
    public required string StepId { get; init; }
    public required string StepType { get; init; }
    public required int Generation { get; init; }
    public required int Attempt { get; init; }
    public required int Epoch { get; init; }
    public StepStatus Status { get; set; }
    public JsonElement? Output { get; set; }
    public string? Port { get; set; }
    public StepError? Error { get; set; }
    public DateTimeOffset? RetryAt { get; set; }
    public WaitReason? WaitReason { get; set; }
    public DateTimeOffset? WakeAt { get; set; }
    public DateTimeOffset StartedAt { get; init; }
    public double? DurationMs { get; set; }

    public bool IsOpen => Status is StepStatus.Running or StepStatus.Waiting;
}
