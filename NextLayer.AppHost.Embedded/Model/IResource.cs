namespace NextLayer.AppHost.Embedded;

/// <summary>One box of the picture: something that runs, or a part of it such as a database.</summary>
public interface IResource
{
    /// <summary>Unique in the picture; used in log lines, addresses and variables.</summary>
    string Name { get; }
}

/// <summary>A resource that others reach by a connection string.</summary>
public interface IResourceWithConnectionString : IResource
{
    /// <summary>Completes when the resource is reachable; null when it does not run on this machine.</summary>
    ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default);
}

/// <summary>A resource whose process takes environment variables.</summary>
public interface IResourceWithEnvironment : IResource;

/// <summary>A resource that listens.</summary>
public interface IResourceWithEndpoints : IResource;

/// <summary>A resource that can wait for another one.</summary>
public interface IResourceWithWaitSupport : IResource;
