using System.Collections.Concurrent;

namespace NextLayer.AppHost.Embedded.Processes;

/// <summary>
/// Starts every child from one thread that lives as long as we do. Linux sends the parent-death signal
/// when the creating <i>thread</i> ends, and a pool thread may end at any time.
/// </summary>
internal static class SpawnThread
{
    private static readonly BlockingCollection<Action> Work = StartThread();

    public static Task<T> RunAsync<T>(Func<T> start)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            try
            {
                done.SetResult(start());
            }
            catch (Exception ex)
            {
                done.SetException(ex);
            }
        });
        return done.Task;
    }

    private static BlockingCollection<Action> StartThread()
    {
        var work = new BlockingCollection<Action>();
        var thread = new Thread(() =>
        {
            foreach (var action in work.GetConsumingEnumerable())
                action();
        })
        { IsBackground = true, Name = "spawn" };
        thread.Start();
        return work;
    }
}
