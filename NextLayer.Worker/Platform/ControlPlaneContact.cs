namespace NextLayer.Worker.Platform;

/// <summary>What the worker knows of its line to the control plane; says each outage and each recovery once.</summary>
internal sealed partial class ControlPlaneContact(TimeProvider time, ILogger<ControlPlaneContact> log)
{
    private readonly Lock gate = new();
    private readonly HashSet<string> failing = [];
    private readonly long startedAt = time.GetTimestamp();
    private long outageSince;
    private long lastSuccess;

    public bool EverSucceeded => Volatile.Read(ref lastSuccess) != 0;

    /// <summary>Time since the last answered call, or since the start where none was.</summary>
    public TimeSpan Silence => time.GetElapsedTime(EverSucceeded ? Volatile.Read(ref lastSuccess) : startedAt);

    public void Succeeded(string operation)
    {
        Volatile.Write(ref lastSuccess, time.GetTimestamp());
        TimeSpan lasted;
        lock (gate)
        {
            if (!failing.Remove(operation) || failing.Count > 0)
                return;
            lasted = time.GetElapsedTime(outageSince);
        }

        LogRecovered(lasted);
    }

    public void Failed(string operation, Uri address, string reason)
    {
        lock (gate)
        {
            var first = failing.Count == 0;
            failing.Add(operation);
            if (!first)
                return;
            outageSince = time.GetTimestamp();
        }

        LogUnreachable(address, operation, reason);
    }

    [LoggerMessage(1, LogLevel.Warning, "Control plane {Address} cannot be used ({Operation}: {Reason}). Trying again until it can")]
    private partial void LogUnreachable(Uri address, string operation, string reason);

    [LoggerMessage(2, LogLevel.Information, "Control plane can be used again after {Outage}")]
    private partial void LogRecovered(TimeSpan outage);
}
