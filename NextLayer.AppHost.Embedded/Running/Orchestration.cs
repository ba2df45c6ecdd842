using System.Diagnostics;

namespace NextLayer.AppHost.Embedded.Running;

/// <summary>Starts what is planned in the order of its waits, and stops it in the reverse.</summary>
internal sealed class Orchestration(IReadOnlyList<PlannedResource> resources, StateBoard board)
{
    // The promise is 15 s; the rest is for closing logs and leaving.
    private static readonly TimeSpan StopBudget = TimeSpan.FromSeconds(13);

    /// <summary>Completes when everything was healthy once; fails with what cannot be started on this machine.</summary>
    public Task AllHealthy { get; } = FailFastAsync(resources.Select(planned => planned.Healthy));

    public void Start()
    {
        foreach (var planned in resources)
        {
            var dependencies = planned.WaitsFor.Select(Find).ToList();
            foreach (var state in board.Snapshot().Where(state => state.Resource == planned.Resource.Name && dependencies.Count > 0))
                board.Change(state.Label, same => same, $"for {string.Join(", ", dependencies.Select(dependency => dependency.Resource.Name))}");
            var ready = Task.WhenAll(dependencies.Select(dependency => dependency.Healthy));
            foreach (var supervisor in planned.Supervisors)
                supervisor.Start(ready);
        }
    }

    public Task WaitHealthyAsync(string name, CancellationToken ct) =>
        (resources.FirstOrDefault(planned => planned.Resource.Name == name)
            ?? throw new ArgumentException($"There is no resource named {name}.", nameof(name))).Healthy.WaitAsync(ct);

    /// <summary>What waits for others goes first. Each tier may take half of the time that is left, the last one all of it.</summary>
    public async Task StopAsync()
    {
        var started = Stopwatch.GetTimestamp();
        var tiers = resources.Where(planned => planned.Supervisors.Count > 0).GroupBy(planned => Tier(planned.Resource)).OrderByDescending(tier => tier.Key).ToList();
        foreach (var tier in tiers)
        {
            var left = StopBudget - Stopwatch.GetElapsedTime(started);
            var grace = tier == tiers[^1] ? left : left / 2;
            await Task.WhenAll(tier.SelectMany(planned => planned.Supervisors).Select(supervisor => supervisor.StopAsync(grace)));
        }
    }

    /// <summary>0 waits for nobody; every other resource is above all it waits for.</summary>
    internal int Tier(IResource resource) =>
        Find(resource).WaitsFor.Select(dependency => Tier(dependency) + 1).DefaultIfEmpty(0).Max();

    /// <summary>A database is as healthy as its server.</summary>
    private PlannedResource Find(IResource resource)
    {
        var runs = resource is PostgresDatabaseResource database ? database.Parent : resource;
        return resources.First(planned => planned.Resource == runs);
    }

    private static async Task FailFastAsync(IEnumerable<Task> tasks)
    {
        var left = tasks.ToList();
        while (left.Count > 0)
        {
            var done = await Task.WhenAny(left);
            await done;
            left.Remove(done);
        }
    }
}
