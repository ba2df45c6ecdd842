using System.Diagnostics;
using NextLayer.ControlPlane.Platform.Batching;

namespace NextLayer.Tests.ControlPlane.Platform.Batching;

public sealed class BatcherTraceTests
{
    [Fact]
    public async Task Enqueue_SecondCaller_WritesInItsOwnTraceNotTheFirstOnes()
    {
        var seen = new List<string?>();
        using var maker = new Activity("maker").Start();
        await using var batcher = new Batcher<int, int>(
            (items, _) =>
            {
                seen.Add(Activity.Current?.Id);
                return Task.FromResult<IReadOnlyList<int>>([.. items]);
            },
            maxWeight: 10);
        maker.Stop();

        using var first = new Activity("first").Start();
        await batcher.EnqueueAsync(1, TestContext.Current.CancellationToken);
        first.Stop();
        using var second = new Activity("second").Start();
        await batcher.EnqueueAsync(2, TestContext.Current.CancellationToken);
        second.Stop();
        await batcher.EnqueueAsync(3, TestContext.Current.CancellationToken);

        Assert.Equal([first.Id, second.Id, null], seen);
    }
}
