using System.Collections.Concurrent;

namespace NextLayer.ControlPlane.Features.Triggers.Webhooks;

/// <summary>
/// How many refused calls of a webhook are written down: some at once, then one a second. The rest is counted, so that who
/// floods a webhook makes numbers and no rows. Of this replica alone; webhooks that do not exist never come here.
/// </summary>
internal sealed class RefusalBudget(TimeProvider time)
{
    private const int Burst = 20;
    private const double PerSecond = 1;

    private readonly ConcurrentDictionary<Guid, Bucket> buckets = new();

    /// <returns>Null when this one is only counted; otherwise how many were, since the last that was written.</returns>
    public int? TrySpend(Guid pipelineId)
    {
        var bucket = buckets.GetOrAdd(pipelineId, _ => new Bucket { Tokens = Burst, FilledAt = time.GetTimestamp() });
        lock (bucket)
        {
            bucket.Tokens = Math.Min(Burst, bucket.Tokens + (time.GetElapsedTime(bucket.FilledAt).TotalSeconds * PerSecond));
            bucket.FilledAt = time.GetTimestamp();
            if (bucket.Tokens < 1)
            {
                bucket.Unrecorded++;
                return null;
            }

            bucket.Tokens--;
            var unrecorded = bucket.Unrecorded;
            bucket.Unrecorded = 0;
            return unrecorded;
        }
    }

    private sealed class Bucket
    {
        public double Tokens { get; set; }
        public long FilledAt { get; set; }
        public int Unrecorded { get; set; }
    }
}
