using System.Diagnostics;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Quotas;
using NextLayer.ControlPlane.Platform;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Batching;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Idempotency;

namespace NextLayer.ControlPlane.Features.Runs.Creating;

/// <summary>Makes runs: checks their input, then writes concurrent wishes together.</summary>
internal sealed class RunCreator : IAsyncDisposable
{
    private const int BatchSize = 256;

    private readonly RunCreateStore store;
    private readonly RunInputRules inputs;
    private readonly NewsPublisher news;
    private readonly RunIds ids;
    private readonly Telemetry telemetry;
    private readonly TimeProvider time;
    private readonly Batcher<NewRun, Inserted> batcher;

    public RunCreator(
        RunCreateStore store, RunInputRules inputs, NewsPublisher news, RunIds ids, Telemetry telemetry, TimeProvider time)
    {
        this.store = store;
        this.inputs = inputs;
        this.news = news;
        this.ids = ids;
        this.telemetry = telemetry;
        this.time = time;
        batcher = new(InsertAsync, BatchSize);
    }

    /// <summary>Makes one run, or none; repeats of a known key make none.</summary>
    public Task<CreateOutcome> CreateAsync(CreateRunRequest request, IdempotencyRequest? key, CancellationToken ct) =>
        CreateAsync(new RunWish(request), key, ct);

    /// <summary>Makes one run, or none; repeats of a known key make none.</summary>
    public async Task<CreateOutcome> CreateAsync(RunWish wish, IdempotencyRequest? key, CancellationToken ct)
    {
        if (await inputs.CheckAsync(wish.Request, wish.InputPath, wish.LabelsPath, ct) is { } problem)
            return problem;
        var created = Describe(wish.Request);
        var run = Prepare(wish, created, key);
        while (true)
        {
            var inserted = wish.Taken is { } taken ? await InsertAsync(run, taken, ct) : await batcher.EnqueueAsync(run, ct);
            if (inserted.CreatedAt is { } createdAt)
                return new CreateOutcome.Created(created, createdAt) { Quota = inserted.Quota };
            if (key is not null && await store.IsKeyTakenAsync(key.Scope, key.Key, ct))
                return new CreateOutcome.KeyTaken { Quota = inserted.Quota };
            if (await inputs.ExplainVersionAsync(wish, ct) is { } refusal)
                return refusal;
            if (inserted.Quota is { Remaining: 0 } spent)
                return new CreateOutcome.QuotaExceeded { Quota = spent };
            // Nothing stands in the way: a wish with the same key went before it in its batch and was refused, or the
            // version was approved just now.
        }
    }

    /// <summary>Makes all runs or none.</summary>
    /// <returns>The runs, or the first failure with its place in the request.</returns>
    public async Task<CreatedMany> CreateManyAsync(
        IReadOnlyList<CreateRunRequest> requests, IdempotencyRequest? key, CancellationToken ct)
    {
        for (var i = 0; i < requests.Count; i++)
        {
            if (await inputs.CheckAsync(requests[i], $"runs[{i}].parameters", $"runs[{i}].labels", ct) is { } problem)
                return new CreatedMany(null, i, problem);
        }

        var created = requests.Select(Describe).ToList();
        var runs = requests.Zip(created, (request, run) => Prepare(new RunWish(request), run, key: null)).ToList();
        var answer = key is null
            ? null
            : Keyed(key, RunAnswer.Of(StatusCodes.Status200OK, location: null, new RunsCreated { Items = created, Count = created.Count }));
        var made = await store.InsertAllAsync(runs, answer, ct);
        if (made is null)
            return new CreatedMany(null, 0, new CreateOutcome.KeyTaken());
        if (runs.FindIndex(r => !made.Has(r)) is var missing and >= 0)
            return new CreatedMany(null, missing, await ExplainAsync(requests, missing, made, ct));
        Announce(runs);
        return new CreatedMany(created, 0, null) { Quota = made.Quotas.Values.MinBy(q => q.Remaining) };
    }

    private async Task<CreateOutcome> ExplainAsync(IReadOnlyList<CreateRunRequest> requests, int missing, InsertedRuns made, CancellationToken ct)
    {
        var versionId = requests[missing].PipelineVersionId;
        if (made.Quotas.Count == 0)
            return await inputs.ExplainVersionAsync(new RunWish(requests[missing]), ct) ?? new CreateOutcome.VersionNotApproved(versionId);
        var asked = requests.CountBy(r => r.TenantId).ToDictionary();
        var spent = made.Quotas.Values.First(q => asked[q.TenantId] > q.Remaining);
        return new CreateOutcome.QuotaExceeded(asked[spent.TenantId]) { Quota = spent };
    }

    private RunCreated Describe(CreateRunRequest request) => new()
    {
        Id = ids.Next(),
        TenantId = request.TenantId,
        PipelineVersionId = request.PipelineVersionId,
        Status = RunStatus.Queued,
        TriggerType = request.TriggerType ?? "manual",
        Parameters = request.Parameters ?? RunRows.EmptyObject,
    };

    private static NewRun Prepare(RunWish wish, RunCreated created, IdempotencyRequest? key)
    {
        var request = wish.Request;
        var parameters = created.Parameters.GetRawText();
        return new NewRun
        {
            Id = created.Id,
            TenantId = created.TenantId,
            PipelineVersionId = created.PipelineVersionId,
            TriggerType = created.TriggerType,
            Priority = (short)(request.Priority ?? 0),
            RunAfter = request.RunAfter?.ToUniversalTime(),
            TraceParent = Activity.Current is { IdFormat: ActivityIdFormat.W3C, Recorded: true } caller ? caller.Id : null,
            RerunOf = wish.RerunOf,
            PlannedAt = wish.PlannedAt,
            IsTest = wish.IsTest,
            StartedBy = Caller.Current?.KnownLabel,
            Parameters = parameters == "{}" ? null : parameters,
            Labels = request.Labels is { Count: > 0 } labels ? labels : null,
            Keyed = key is null ? null : Keyed(key, wish.Answer(created)),
        };
    }

    private static KeyedAnswer Keyed(IdempotencyRequest key, RunAnswer answer) => new(key.Scope, key.Key, key.RequestHash, answer);

    private async Task<Inserted> InsertAsync(NewRun run, TakenOutputs taken, CancellationToken ct)
    {
        var made = await store.InsertAsync(run, taken, ct);
        if (made.Has(run))
            Announce([run]);
        return new Inserted(made.Has(run) ? made.Made[run.Id] : null, made.Quotas.GetValueOrDefault(run.TenantId));
    }

    private async Task<IReadOnlyList<Inserted>> InsertAsync(IReadOnlyList<NewRun> runs, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        // Two items with one key in one statement would both see the key as theirs: the later one is told it is taken.
        var distinct = runs.DistinctBy(r => r.Keyed is { } k ? (k.Scope, k.Key) : (r.Id.ToString(), "")).ToList();
        var made = await store.InsertAsync(distinct, ct);
        telemetry.BatchWritten("create", runs.Count, time.GetElapsedTime(started));
        Announce([.. distinct.Where(made.Has)]);
        return [.. runs.Select(r => new Inserted(made.Has(r) ? made.Made[r.Id] : null, made.Quotas.GetValueOrDefault(r.TenantId)))];
    }

    private void Announce(List<NewRun> runs)
    {
        telemetry.EventsWritten(runs.Count);
        news.Publish([.. runs.Select(r => new RunHint(r.Id, r.TenantId, 1, RunStatus.Queued))]);
    }

    public ValueTask DisposeAsync() => batcher.DisposeAsync();

    /// <param name="CreatedAt">Null when it was not made.</param>
    /// <param name="Quota">After it; null where its tenant has no limit.</param>
    private readonly record struct Inserted(DateTimeOffset? CreatedAt, TenantQuota? Quota);
}

/// <summary>How a wish for many runs ended: with all of them, or with the first failure and its place in the request.</summary>
internal sealed record CreatedMany(IReadOnlyList<RunCreated>? Runs, int Index, CreateOutcome? Failure)
{
    /// <summary>Of the tenant that has least left; null where none has a limit.</summary>
    public TenantQuota? Quota { get; init; }
}
