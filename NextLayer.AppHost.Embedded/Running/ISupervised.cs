namespace NextLayer.AppHost.Embedded.Running;

/// <summary>One thing <see cref="Supervisor"/> keeps running: a project's process or a server.</summary>
internal interface ISupervised
{
    string Label { get; }

    /// <returns>Its process id and a task that ends when the process does.</returns>
    Task<(int ProcessId, Task<int> Exited)> StartAsync(CancellationToken ct);

    /// <summary>Returns when it serves.</summary>
    Task WaitUntilHealthyAsync(CancellationToken ct);

    /// <summary>Gracefully within the time given, by force after it.</summary>
    Task StopAsync(TimeSpan grace);
}
