namespace NextLayer.Tests.Support;

/// <summary>A clock that stands until a test moves it. Timers made of it fire when it passes them.</summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<Timer> timers = [];
    private readonly DateTimeOffset start = System.GetUtcNow();
    private TimeSpan passed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (gate)
            return passed.Ticks;
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
            return start + passed;
    }

    /// <summary>Whether something waits that was started with just this time to wait.</summary>
    public bool HasTimerOf(TimeSpan length)
    {
        lock (gate)
            return timers.Any(timer => timer.Length == length);
    }

    public void Advance(TimeSpan by)
    {
        List<Timer> due;
        lock (gate)
        {
            passed += by;
            due = [.. timers.Where(timer => timer.Due <= passed)];
            timers.RemoveAll(due.Contains);
        }

        due.ForEach(timer => timer.Fire());
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(ManualClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan period;

        public TimeSpan Length { get; private set; }

        public TimeSpan Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            this.period = period;
            lock (clock.gate)
            {
                clock.timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                (Length, Due) = (dueTime, clock.passed + dueTime);
                clock.timers.Add(this);
            }

            return true;
        }

        public void Fire()
        {
            if (period > TimeSpan.Zero)
                Change(period, period);
            callback(state);
        }

        public void Dispose()
        {
            lock (clock.gate)
                clock.timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
