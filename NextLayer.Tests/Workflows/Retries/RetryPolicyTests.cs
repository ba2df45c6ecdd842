using FsCheck;
using FsCheck.Fluent;
using NextLayer.Workflows.Retries;

namespace NextLayer.Tests.Workflows.Retries;

public sealed class RetryPolicyTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(4, 4)]
    [InlineData(10, 256)]
    [InlineData(11, 300)]
    [InlineData(1_000_000, 300)]
    public void DelayBefore_Exponential_DoublesUpToItsLimit(int attempt, double seconds)
    {
        var policy = new RetryPolicy { MaxAttempts = 20, Jitter = 0 };

        Assert.Equal(seconds, policy.DelayBefore(attempt, 0.7).TotalSeconds);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    public void DelayBefore_Fixed_StaysTheSame(int attempt)
    {
        var policy = new RetryPolicy { Backoff = RetryBackoff.Fixed, InitialSeconds = 7, Jitter = 0 };

        Assert.Equal(7, policy.DelayBefore(attempt, 0.1).TotalSeconds);
    }

    [Theory]
    [InlineData(0, 8)]
    [InlineData(0.5, 10)]
    [InlineData(0.999999999, 12)]
    public void DelayBefore_Jitter_SpreadsBothWays(double random, double seconds)
    {
        var policy = new RetryPolicy { InitialSeconds = 10, Jitter = 0.2 };

        Assert.Equal(seconds, policy.DelayBefore(2, random).TotalSeconds, 3);
    }

    [Fact]
    public void DelayBefore_AnyGoodPolicy_StaysWithinItsLimit()
    {
        var numbers = Gen.Select(Gen.Choose(0, 1_000_000), n => n / 1_000_000.0);
        var policies = Gen.Select(Gen.ArrayOf(numbers, 5), n => (Random: n[4], Policy: new RetryPolicy
        {
            MaxAttempts = 20,
            InitialSeconds = n[0] * RetryPolicy.LongestSeconds,
            Factor = 1 + (n[1] * 99),
            MaxSeconds = n[2] * RetryPolicy.LongestSeconds,
            Jitter = n[3],
        }));

        Prop.ForAll(Arb.From(policies), Arb.From(Gen.Choose(-1, int.MaxValue)), (given, attempt) =>
        {
            Assert.Empty(given.Policy.FindProblems());
            Assert.InRange(given.Policy.DelayBefore(attempt, given.Random).TotalSeconds, 0, given.Policy.MaxSeconds + 1e-6);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(1, "TIMEOUT", true, true)]
    [InlineData(2, "TIMEOUT", true, true)]
    [InlineData(3, "TIMEOUT", true, false)]
    [InlineData(1, "TIMEOUT", false, false)]
    public void AllowsAnother_WithoutCodes_FollowsTheStep(int attempt, string code, bool retryable, bool allowed) =>
        Assert.Equal(allowed, new RetryPolicy { MaxAttempts = 3 }.AllowsAnother(attempt, code, retryable));

    [Theory]
    [InlineData("TIMEOUT", false, true)]
    [InlineData("HTTP_STATUS", true, false)]
    public void AllowsAnother_WithCodes_FollowsThem(string code, bool retryable, bool allowed) =>
        Assert.Equal(allowed, new RetryPolicy { MaxAttempts = 3, On = ["TIMEOUT"] }.AllowsAnother(1, code, retryable));

    [Fact]
    public void FindProblems_BadPolicy_NamesEveryField()
    {
        var policy = new RetryPolicy { MaxAttempts = 0, InitialSeconds = -1, Factor = double.NaN, MaxSeconds = double.PositiveInfinity, Jitter = 1.1 };

        Assert.Equal(["max_attempts", "initial_seconds", "max_seconds", "factor", "jitter"], policy.FindProblems().Select(p => p.Field));
    }
}
