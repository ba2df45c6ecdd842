using NextLayer.Contracts.Workflows;

namespace NextLayer.ControlPlane.Features.Workflows.Explaining;

/// <summary>What the workers have to do with it.</summary>
internal static class WorkerReasons
{
    /// <summary>Null when a worker has room for the run.</summary>
    public static RunReason? NobodyTakesIt(WorkerFacts workers) => workers switch
    {
        { LastHeardAt: null } => new RunReason { Code = RunReasonCodes.NoWorker, Message = "No worker has been heard of. Start one." },
        { Live: 0 } => new RunReason { Code = RunReasonCodes.NoWorker, Message = "There is no live worker; the last one has fallen silent.", At = workers.LastHeardAt },
        { Willing: 0 } => new RunReason { Code = RunReasonCodes.WorkersForOtherTenants, Message = "All live workers claim runs of other tenants only." },
        { Claiming: 0 } => new RunReason { Code = RunReasonCodes.WorkersDraining, Message = "All workers that could take it are stopping or drained: they take nothing new." },
        { FreeSlots: 0 } => new RunReason { Code = RunReasonCodes.WorkersBusy, Message = $"All slots of {Count(workers.Claiming)} that could take it are taken." },
        _ => null,
    };

    /// <summary>Null while the lease of the run's worker holds.</summary>
    public static RunReason? Silent(RunFacts facts) => facts.LeaseExpiresAt <= facts.Now
        ? new RunReason
        {
            Code = RunReasonCodes.WorkerSilent,
            Message = $"Worker {facts.Run.ClaimedBy} has let its lease run out; another worker takes the run shortly.",
            At = facts.LeaseExpiresAt,
        }
        : null;

    private static string Count(int workers) => workers == 1 ? "the one worker" : $"the {workers:N0} workers";
}
