using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Features.Versions;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Runs.Reading;

/// <summary>Says how far runs are: of the steps their definitions have, how many are through.</summary>
internal sealed class RunProgressReader(Databases databases, VersionCatalog versions)
{
    /// <summary>Runs of one question; their ids have to fit into an address, which servers cut at 8 KiB.</summary>
    public const int MaxRuns = 100;

    /// <returns>In no order; runs that are not there, or not the caller's, are missing.</returns>
    public async Task<IReadOnlyList<RunStanding>> ReadAsync(IReadOnlyCollection<Guid> runIds, CancellationToken ct)
    {
        await using var connection = await databases.OpenForCallerAsync(ct);
        await using var batch = new NpgsqlBatch(connection);
        StepCountStore.Add(batch, runIds);
        StepCountStore.AddForEach(batch, runIds);
        await using var rows = await batch.ExecuteReaderAsync(ct);
        var counted = await StepCountStore.ReadAsync(rows, ct);
        await rows.NextResultAsync(ct);
        var groups = await StepCountStore.ReadForEachAsync(rows, ct);
        var standings = new List<RunStanding>(counted.Count);
        foreach (var run in counted)
            standings.Add(new RunStanding
            {
                RunId = run.RunId,
                LastEventSeq = run.LastEventSeq,
                Progress = await OfAsync(run.VersionId, run.Steps, ct),
                ForEach = [.. groups[run.RunId]],
            });
        return standings;
    }

    /// <summary>Counted steps by run.</summary>
    public async Task<IReadOnlyDictionary<Guid, StepCounts>> CountAsync(IReadOnlyList<Run> runs, CancellationToken ct)
    {
        if (runs.Count == 0)
            return new Dictionary<Guid, StepCounts>();
        await using var connection = await databases.OpenForCallerAsync(ct);
        await using var batch = new NpgsqlBatch(connection);
        StepCountStore.Add(batch, runs.Select(run => run.Id));
        await using var rows = await batch.ExecuteReaderAsync(ct);
        return (await StepCountStore.ReadAsync(rows, ct)).ToDictionary(run => run.RunId, run => run.Steps);
    }

    // A version that has runs was approved once, and so is kept in memory.
    public async ValueTask<RunProgress> OfAsync(Guid versionId, StepCounts steps, CancellationToken ct) =>
        steps.Of((await versions.GetAsync(versionId, ct))?.Part(steps.BodyPath).Workflow.Steps.Count ?? 0);
}
