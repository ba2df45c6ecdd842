namespace NextLayer.Contracts.Providers;

/// <summary>Answer of <c>GET /api/v1/validator/pipelines</c>.</summary>
public sealed record ProviderPipelineList
{
    public required IReadOnlyList<ProviderPipeline> Pipelines { get; init; }
    public required int Count { get; init; }

    /// <summary><c>registry</c>, or <c>fallback</c> while the registry's files cannot be read and the built-in ones hold.</summary>
    public required string Source { get; init; }
}

/// <summary>A pipeline that every organisation can run.</summary>
public sealed record ProviderPipeline
{
    /// <summary>Such as <c>gcp_billing</c>.</summary>
    public required string Id { get; init; }

    public required string Name { get; init; }
    public required string Description { get; init; }

    /// <summary>First part of its address behind the organisation.</summary>
    public required string Provider { get; init; }

    /// <summary>Second part of its address; empty where the address has none.</summary>
    public required string Domain { get; init; }

    /// <summary>Last part of its address.</summary>
    public required string Pipeline { get; init; }

    /// <summary>Integration the organisation needs: <c>GCP_SA</c>, <c>OPENAI</c>, <c>ANTHROPIC</c>.</summary>
    public required string RequiredIntegration { get; init; }

    /// <summary>Type of the connectors that are this integration, once one of them is ACTIVE.</summary>
    public required string ConnectorType { get; init; }

    public required bool Enabled { get; init; }
}
