using System.ComponentModel.DataAnnotations;
using NextLayer.Contracts.Json;

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
