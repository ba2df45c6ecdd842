using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Events;

namespace NextLayer.ControlPlane.Features.Streaming.Lists;

/// <summary>A run that the news spoke of since the last look.</summary>
/// <param name="Passed">Every status it was in meanwhile, the one before included.</param>
/// <param name="LostLabels">Label pairs that were taken from it meanwhile; null for none.</param>
internal readonly record struct ChangedRun(Guid RunId, Guid TenantId, StatusSet Passed, IReadOnlyList<string>? LostLabels = null)
{
    public ChangedRun With(RunHint hint) => this with
    {
        Passed = Passed.With(hint.Status).With(hint.Was ?? hint.Status),
        LostLabels = LostLabels is null ? hint.LostLabels : hint.LostLabels is null ? LostLabels : [.. LostLabels, .. hint.LostLabels],
    };
}

/// <summary>
/// Gathers news of all runs until somebody looks: one entry a run, however often it changed, and never more than a reader
/// could use.
/// </summary>
internal sealed class ChangedRuns
{
    /// <summary>More in one tick than this, and every list does better to read its page again.</summary>
    public const int Capacity = 5_000;

    private readonly Lock gate = new();
    private Dictionary<Guid, ChangedRun> gathered = [];
    private string? missed;

    /// <summary>Pulses when there is something to look at.</summary>
    public AsyncSignal Added { get; } = new();

    /// <summary>Whether there is anything.</summary>
    public bool HasAny
    {
        get
        {
            lock (gate)
                return gathered.Count > 0 || missed is not null;
        }
    }

    public void Add(IReadOnlyList<RunHint> hints)
    {
        lock (gate)
        {
            if (missed is not null)
                return;
            foreach (var hint in hints)
            {
                var known = gathered.TryGetValue(hint.RunId, out var before) ? before : new ChangedRun(hint.RunId, hint.TenantId, default);
                gathered[hint.RunId] = known.With(hint);
            }

            if (gathered.Count > Capacity)
                (gathered, missed) = ([], MissReason.TooMany);
        }

        Added.Pulse();
    }

    /// <summary>Nobody knows what has changed.</summary>
    public void Miss(string reason)
    {
        lock (gate)
        {
            missed ??= reason;
            gathered = [];
        }

        Added.Pulse();
    }

    /// <returns>The runs that changed; or why that is not known.</returns>
    public (IReadOnlyCollection<ChangedRun> Runs, string? Missed) Take()
    {
        lock (gate)
        {
            var taken = (gathered.Values, missed);
            (gathered, missed) = ([], null);
            return taken;
        }
    }
}

/// <summary>Reasons of <see cref="RunsResync"/>.</summary>
internal static class MissReason
{
    public const string TooMany = "too_many";
    public const string MissedNews = "missed_news";
    public const string Polling = "polling";
}
