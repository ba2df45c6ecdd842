using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;

namespace NextLayer.Contracts.Workers;

/// <summary>Body of <c>POST /api/workers/{worker_id}/heartbeat</c>.</summary>
public sealed record WorkerHeartbeatRequest
{
    /// <summary>Runs the worker can execute at once.</summary>
    [Range(0, 100_000)]
    public required int Slots { get; init; }

    [StringLength(100)]
    public string? Version { get; init; }

    /// <summary>The tenant the worker claims for; null claims for all.</summary>
    public Guid? TenantId { get; init; }

    /// <summary>True while the worker claims nothing and finishes what it has: it stops, or has been told to drain.</summary>
    public bool Draining { get; init; }

    [Length(0, 10_000)]
    public IReadOnlyList<HeldRun> Runs { get; init; } = [];

    /// <summary>
    /// Holds the answer so long, after the leases were renewed, until one of the runs is to be cancelled or was lost.
    /// </summary>
    [Range(0, 30)]
    public double WaitSeconds { get; init; }
}

public sealed record HeldRun
{
    public required Guid RunId { get; init; }
    public required Lease Lease { get; init; }

    /// <summary>Steps settled by others that the worker has heard of; more of them end a waiting heartbeat.</summary>
    public int SettledSeen { get; init; }
}

[JsonConverter(typeof(LowerSnakeEnumConverter<HeartbeatVerdict>))]
public enum HeartbeatVerdict
{
    Continue,
    Cancel,
    Lost,
}

public sealed record HeldRunVerdict
{
    public required Guid RunId { get; init; }
    public required HeartbeatVerdict Verdict { get; init; }

    /// <summary>
    /// Waiting steps of the run that were settled since this lease began, by a decision, an event or the last child, and
    /// retries that somebody brought forward. When it rises, <c>GET /api/runs/{id}/steps</c> has the outputs and the times.
    /// </summary>
    public int Settled { get; init; }
}

public sealed record WorkerHeartbeatResponse
{
    public required IReadOnlyList<HeldRunVerdict> Runs { get; init; }

    /// <summary>State of the engine; <c>stopped</c> asks workers to hand their runs back at the next step boundary.</summary>
    public required string EngineState { get; init; }

    /// <summary>True while the worker is drained: it finishes what it holds, says <c>draining</c>, and need not ask for more.</summary>
    public bool Drain { get; init; }
}

/// <summary>Answer of <c>POST /api/runs/{id}/heartbeat</c>; a lost lease is answered <c>409 lease_lost</c>.</summary>
public sealed record RunHeartbeatResponse
{
    public required HeartbeatVerdict Verdict { get; init; }
    public required string EngineState { get; init; }
}

/// <summary>A worker as <c>GET /api/workers</c> lists it.</summary>
public sealed record WorkerView
{
    public required string WorkerId { get; init; }
    public Guid? TenantId { get; init; }
    public required int Slots { get; init; }

    /// <summary>Runs it holds now.</summary>
    public required int RunningRuns { get; init; }

    public string? Version { get; init; }

    /// <summary>
    /// <c>live</c>, <c>draining</c> while it takes nothing new and finishes what it holds, <c>drained</c> once an operator's
    /// drain has left it nothing, or <c>gone</c> after three missed heartbeats.
    /// </summary>
    public required string State { get; init; }

    /// <summary>Since when an operator has it drained; null gives it runs. Stays over restarts of the worker.</summary>
    public DateTimeOffset? DrainRequestedAt { get; init; }

    public required DateTimeOffset FirstSeenAt { get; init; }
    public required DateTimeOffset LastHeartbeatAt { get; init; }
}
