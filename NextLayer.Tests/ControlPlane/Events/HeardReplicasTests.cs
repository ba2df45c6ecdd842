using NextLayer.ControlPlane.Features.Events;

namespace NextLayer.Tests.ControlPlane.Events;

public sealed class HeardReplicasTests
{
    private static readonly Guid Other = Guid.NewGuid();

    [Fact]
    public void FollowsOn_NumbersWithoutAHole_IsTrue()
    {
        var heard = new HeardReplicas(TimeProvider.System);

        Assert.True(heard.FollowsOn(Other, 0, isBeat: true));
        Assert.True(heard.FollowsOn(Other, 1, isBeat: false));
        Assert.True(heard.FollowsOn(Other, 2, isBeat: false));
        Assert.True(heard.FollowsOn(Other, 2, isBeat: true));
        Assert.True(heard.FollowsOn(Guid.NewGuid(), 1, isBeat: false));
    }

    [Fact]
    public void FollowsOn_AMessageWasLost_IsFalseOnce()
    {
        var heard = new HeardReplicas(TimeProvider.System);
        heard.FollowsOn(Other, 1, isBeat: false);

        Assert.False(heard.FollowsOn(Other, 3, isBeat: false));
        Assert.False(heard.FollowsOn(Other, 4, isBeat: true)); // The last one was lost.
        Assert.True(heard.FollowsOn(Other, 5, isBeat: false));
    }

    [Fact]
    public void FollowsOn_AReplicaThatWasAlreadyTalking_IsFalse() =>
        Assert.False(new HeardReplicas(TimeProvider.System).FollowsOn(Other, 7, isBeat: true));
}
