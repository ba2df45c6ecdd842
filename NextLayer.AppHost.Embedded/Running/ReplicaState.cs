namespace NextLayer.AppHost.Embedded.Running;

/// <summary>Where a process stands between being planned and being gone.</summary>
internal enum ReplicaPhase
{
    /// <summary>For another resource to be healthy.</summary>
    Waiting,
    Starting,

    /// <summary>The process lives; its health check has not answered yet.</summary>
    Running,
    Healthy,

    /// <summary>It ended unasked and is started again after a pause.</summary>
    Crashed,
    Stopping,
    Stopped,

    /// <summary>It cannot run on this machine, and the others go without it.</summary>
    Unavailable,
}

/// <summary>One process as the terminal and the state file show it.</summary>
internal sealed record ReplicaState
{
    public required string Resource { get; init; }

    /// <summary>From 1.</summary>
    public required int Replica { get; init; }

    /// <summary>The resource's name, with the replica's number where there are several.</summary>
    public required string Label { get; init; }

    public ReplicaPhase State { get; init; }

    /// <summary>Null while there is none.</summary>
    public int? Pid { get; init; }

    /// <summary>Of this very process.</summary>
    public string? Address { get; init; }

    /// <summary>Where to call the resource; other than <see cref="Address"/> when a proxy stands before several replicas.</summary>
    public string? Endpoint { get; init; }

    public string? Log { get; init; }
}
