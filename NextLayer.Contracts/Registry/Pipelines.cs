using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;

namespace NextLayer.Contracts.Registry;

/// <summary>Body of <c>POST /api/pipelines</c>. Names need not be unique.</summary>
public sealed record CreatePipelineRequest
{
    public required Guid TenantId { get; init; }

    [StringLength(200, MinimumLength = 1)]
    [RegularExpression(Rules.NotBlank, ErrorMessage = Rules.NotBlankMessage)]
    public required string Name { get; init; }

    [StringLength(10_000)]
    public string? Description { get; init; }
}

/// <summary>Answer of <c>POST /api/pipelines</c>: exactly these members.</summary>
public sealed record PipelineCreated
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required string Name { get; init; }
    public string? Description { get; init; }
}

/// <summary>A named line of versions.</summary>
public sealed record Pipeline
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required string Name { get; init; }
    public string? Description { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>In lists that ask for it (<c>summary=true</c>); left out elsewhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PipelineSummary? Summary { get; init; }
}

/// <summary>How a pipeline stands.</summary>
public sealed record PipelineSummary
{
    /// <summary>The one with the highest number; null while there is none.</summary>
    public VersionLabel? NewestVersion { get; init; }

    /// <summary>Up to ten, newest first, without child runs.</summary>
    public required IReadOnlyList<RunMark> LastRuns { get; init; }
}

/// <summary>A version without its definition.</summary>
public sealed record VersionLabel
{
    public required Guid Id { get; init; }

    /// <summary>The label its author gave it.</summary>
    public required string Version { get; init; }

    public required VersionStatus Status { get; init; }
}

/// <summary>A run as a mark of its state.</summary>
public sealed record RunMark
{
    public required Guid Id { get; init; }
    public required RunStatus Status { get; init; }
}

/// <summary>Body of <c>PATCH /api/pipelines/{id}</c>; what is left out stays.</summary>
public sealed record UpdatePipelineRequest
{
    [StringLength(200, MinimumLength = 1)]
    [RegularExpression(Rules.NotBlank, ErrorMessage = Rules.NotBlankMessage)]
    public string? Name { get; init; }

    /// <summary>null removes it.</summary>
    [StringLength(10_000)]
    public Optional<string?> Description { get; init; }
}
