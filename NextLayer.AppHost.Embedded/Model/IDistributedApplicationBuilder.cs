using Microsoft.Extensions.Configuration;

namespace NextLayer.AppHost.Embedded;

/// <summary>Collects the picture that <c>AppHost.cs</c> draws. The shape is that of Aspire's type of this name.</summary>
public interface IDistributedApplicationBuilder
{
    /// <summary>Environment, then command line: <c>--workers 4</c> is <c>Configuration["workers"]</c>.</summary>
    ConfigurationManager Configuration { get; }

    /// <summary>Whether the picture is to be run or published.</summary>
    DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <summary>Folder of the AppHost project.</summary>
    string AppHostDirectory { get; }

    /// <summary>Everything drawn so far, in order.</summary>
    IReadOnlyList<IResource> Resources { get; }

    /// <summary>Adds a box; its name must be new.</summary>
    IResourceBuilder<T> AddResource<T>(T resource) where T : IResource;

    /// <summary>Ends the drawing.</summary>
    DistributedApplication Build();
}

/// <summary>What the picture is used for. Plain processes can only be run; publishing is Aspire's.</summary>
public sealed class DistributedApplicationExecutionContext
{
    /// <summary>Always true here.</summary>
    public bool IsRunMode { get; } = true;

    /// <summary>Always false here.</summary>
    public bool IsPublishMode => !IsRunMode;
}
