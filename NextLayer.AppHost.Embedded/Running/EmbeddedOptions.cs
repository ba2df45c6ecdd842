using Microsoft.Extensions.Configuration;

namespace NextLayer.AppHost.Embedded.Running;

/// <summary>What this backend takes from the command line beyond what <c>AppHost.cs</c> itself reads.</summary>
internal sealed record EmbeddedOptions
{
    /// <summary><c>--reset</c>: deletes the data volumes before the start.</summary>
    public bool Reset { get; init; }

    /// <summary><c>--data</c>: where data, logs and state go. Null is <c>.data</c> beside the AppHost's project, or a temporary folder without a data volume.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Ignores the ports of the picture, so that several can run side by side. Aspire's own name for it.</summary>
    public bool RandomizePorts { get; init; }

    public static EmbeddedOptions Read(IConfiguration configuration) => new()
    {
        Reset = configuration.GetValue("reset", false),
        DataFolder = configuration["data"],
        RandomizePorts = configuration.GetValue("DcpPublisher:RandomizePorts", false),
    };
}
