namespace NextLayer.AppHost.Embedded;

/// <summary>What the verbs take and return, so that they chain.</summary>
public interface IResourceBuilder<out T> where T : IResource
{
    /// <summary>The picture it belongs to.</summary>
    IDistributedApplicationBuilder ApplicationBuilder { get; }

    /// <summary>The box itself.</summary>
    T Resource { get; }
}

internal sealed record ResourceBuilder<T>(IDistributedApplicationBuilder ApplicationBuilder, T Resource) : IResourceBuilder<T>
    where T : IResource;
