using System.Diagnostics;

namespace NextLayer.Tests.AppHost;

/// <summary>Waits for what another process does, which no clock of ours can hurry.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <param name="condition">Looked at until it holds.</param>
    /// <param name="sentence">Says what should have happened, when it did not in time.</param>
    public static Task TrueAsync(Func<bool> condition, string sentence) => TrueAsync(() => Task.FromResult(condition()), sentence);

    public static Task TrueAsync(Func<Task<bool>> condition, string sentence) => GetAsync(async () => await condition() ? "" : null, sentence);

    public static Task<T> GetAsync<T>(Func<T?> look, string sentence) where T : class => GetAsync(() => Task.FromResult(look()), sentence);

    public static async Task<T> GetAsync<T>(Func<Task<T?>> look, string sentence) where T : class
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < Limit)
        {
            if (await look() is { } found)
                return found;
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException($"Within {Limit.TotalSeconds:0} s this did not come true: {sentence}");
    }
}
