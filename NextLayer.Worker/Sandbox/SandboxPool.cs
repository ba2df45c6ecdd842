using NextLayer.Worker.Platform;

namespace NextLayer.Worker.Sandbox;

/// <summary>How a script ended that a limit ended from outside.</summary>
internal enum SandboxDeath
{
    /// <summary>It was ended because its time was over.</summary>
    Time,

    /// <summary>It fell over: memory, or a stack deeper than any.</summary>
    Memory,
}

/// <summary>
/// Keeps a few sandboxes warm, so that a script costs milliseconds. One that reached a limit from outside is thrown away;
/// the others go on, since every script has an engine of its own.
/// </summary>
internal sealed class SandboxPool(WorkerOptions options, TimeProvider time) : IDisposable
{
    /// <summary>Sizes of memory there are sandboxes of; a script gets the next that holds what it asks for.</summary>
    private static readonly int[] SizesMb = [32, 64, 128, 256];

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    /// <summary>What the engine's own clock may be late by before the process is ended.</summary>
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim places = new(options.SandboxesAtOnce);
    private readonly Lock gate = new();
    private readonly List<SandboxProcess> idle = [];
    private readonly HashSet<SandboxProcess> all = [];
    private bool disposed;

    public static int LargestMb => SizesMb[^1];

    /// <summary>Processes that live, in use or not.</summary>
    public int Count
    {
        get
        {
            lock (gate)
                return all.Count;
        }
    }

    /// <summary>Ids of those that wait for work.</summary>
    public IReadOnlyList<int> IdleIds
    {
        get
        {
            lock (gate)
                return [.. idle.Select(sandbox => sandbox.Id)];
        }
    }

    /// <summary>Runs one script.</summary>
    /// <returns>Its answer, or how the sandbox died over it.</returns>
    public async Task<(SandboxAnswer? Answer, SandboxDeath? Death)> RunAsync(SandboxRequest request, int memoryMb, CancellationToken ct)
    {
        await places.WaitAsync(ct);
        try
        {
            var sandbox = await TakeAsync(SizesMb.First(size => size >= memoryMb), ct);
            using var clock = new CancellationTokenSource(TimeSpan.FromMilliseconds(request.TimeoutMs) + EndPatience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, clock.Token);
            SandboxAnswer? answer = null;
            try
            {
                answer = await sandbox.AskAsync(request, either.Token);
                return answer is null ? (null, SandboxDeath.Memory) : (answer, null);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                return (null, SandboxDeath.Time);
            }
            finally
            {
                GiveBack(sandbox, isWell: answer is not null);
            }
        }
        finally
        {
            places.Release();
        }
    }

    private async Task<SandboxProcess> TakeAsync(int sizeMb, CancellationToken ct)
    {
        lock (gate)
        {
            idle.RemoveAll(sandbox => !sandbox.IsAlive && Forget(sandbox));
            if (idle.FirstOrDefault(sandbox => sandbox.MemoryMb == sizeMb) is { } warm)
            {
                idle.Remove(warm);
                return warm;
            }

            // There are as many processes as places; one of another size makes room.
            if (all.Count >= options.SandboxesAtOnce && idle.Count > 0)
            {
                Forget(idle[0]);
                idle.RemoveAt(0);
            }
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(StartPatience);
        var made = await SandboxProcess.StartAsync(sizeMb, patience.Token);
        lock (gate)
        {
            if (!disposed && all.Add(made))
                return made;
        }

        made.Dispose();
        throw new ObjectDisposedException(nameof(SandboxPool));
    }

    private void GiveBack(SandboxProcess sandbox, bool isWell)
    {
        lock (gate)
        {
            if (isWell && !disposed)
                idle.Add(sandbox);
            else
                Forget(sandbox);
        }
    }

    private bool Forget(SandboxProcess sandbox)
    {
        all.Remove(sandbox);
        sandbox.Dispose();
        return true;
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            foreach (var sandbox in all)
                sandbox.Dispose();
            all.Clear();
            idle.Clear();
        }
    }
}
