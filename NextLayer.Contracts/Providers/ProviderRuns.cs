using NextLayer.Contracts.Runs;

namespace NextLayer.Contracts.Providers;

/// <summary>Body of <c>POST /api/v1/pipelines/run/{org}/{provider}/{domain}/{pipeline}</c>; it may be left out.</summary>
public sealed record RunProviderPipelineRequest
{
    /// <summary>The UTC day whose costs are fetched, <c>YYYY-MM-DD</c>; yesterday when absent.</summary>
    public DateOnly? Date { get; init; }

    /// <summary>Id of the connector to use, where the organisation has several that are ACTIVE.</summary>
    public Guid? Connector { get; init; }
}

/// <summary>Answer of a call that starts a provider pipeline.</summary>
public sealed record ProviderRunStarted
{
    public required Guid RunId { get; init; }

    /// <summary><c>PENDING</c>: the state at creation.</summary>
    public string Status { get; init; } = "PENDING";

    public required string Message { get; init; }
}

/// <summary>A run as the Provider API shows it.</summary>
public sealed record ProviderRun
{
    public required Guid RunId { get; init; }

    /// <summary>Such as <c>gcp_billing</c>.</summary>
    public required string PipelineId { get; init; }

    /// <summary><c>PENDING</c>, <c>RUNNING</c>, <c>SUCCESS</c>, <c>FAILED</c> or <c>CANCELLED</c>.</summary>
    public required string Status { get; init; }

    /// <summary>How it was started: <c>api</c>, <c>manual</c>, <c>schedule</c> …</summary>
    public required string TriggerType { get; init; }

    /// <summary>The day it fetches.</summary>
    public string? Date { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>From its start to its end; null before that.</summary>
    public decimal? DurationSeconds { get; init; }

    /// <summary>Rows it put into <c>cost_records</c>; null before that.</summary>
    public long? RowsProcessed { get; init; }

    public string? ErrorMessage { get; init; }
}

/// <summary>Answer of <c>GET /api/v1/pipelines/{org}/runs</c>; the total stands in <c>X-Total-Count</c>.</summary>
public sealed record ProviderRunPage
{
    public required IReadOnlyList<ProviderRun> Items { get; init; }
    public required int Limit { get; init; }
    public required int Offset { get; init; }

    /// <summary>Runs in this page.</summary>
    public required int Count { get; init; }
}

/// <summary>Answer of <c>GET /api/v1/pipelines/{org}/runs/{run_id}</c>.</summary>
public sealed record ProviderRunDetail
{
    public required ProviderRun Run { get; init; }

    /// <summary>Every attempt of every step, in the order in which they began.</summary>
    public required IReadOnlyList<ProviderStepLog> StepLogs { get; init; }

    /// <summary>The error of the step that failed last; null unless the run is FAILED.</summary>
    public StepError? Error { get; init; }
}

/// <summary>An attempt of a step, with what it wrote into the run's log.</summary>
public sealed record ProviderStepLog
{
    public required string StepId { get; init; }
    public required int Attempt { get; init; }

    /// <summary>As in the Workflow API: <c>running</c>, <c>completed</c>, <c>failed</c> …</summary>
    public required string Status { get; init; }

    public required DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? CompletedAt { get; init; }
    public StepError? Error { get; init; }

    /// <summary>Oldest first; of the first thousand lines of the run.</summary>
    public required IReadOnlyList<ProviderLogLine> Lines { get; init; }
}

/// <summary>A line of a step's log.</summary>
public sealed record ProviderLogLine
{
    public required DateTimeOffset Timestamp { get; init; }
    public required RunLogLevel Level { get; init; }
    public required string Message { get; init; }
}
