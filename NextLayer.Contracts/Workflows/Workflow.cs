using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Registry;

namespace NextLayer.Contracts.Workflows;

/// <summary>Whether a workflow may be changed or run: the Workflow API's words for <see cref="VersionStatus"/>.</summary>
[JsonConverter(typeof(LowerSnakeEnumConverter<WorkflowStatus>))]
public enum WorkflowStatus
{
    /// <summary>Can be changed and deleted, not run: a DRAFT version.</summary>
    Draft,

    /// <summary>Can be run and never changes again: an APPROVED version.</summary>
    Published,

    /// <summary>Neither: a DEPRECATED version.</summary>
    Archived,
}

/// <summary>
/// A pipeline version as the Workflow API shows it. <see cref="Name"/> and <see cref="Description"/> are the pipeline's,
/// shared by all its versions; the rest is the version's own.
/// </summary>
public sealed record Workflow
{
    /// <summary>The version's id.</summary>
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    /// <summary>Empty when there is none.</summary>
    public required string Description { get; init; }

    /// <summary>1, 2, 3 … in the order in which the pipeline's versions were made.</summary>
    public required int Version { get; init; }

    public required WorkflowStatus Status { get; init; }

    /// <summary>As it was posted, in React Flow's form or the short one.</summary>
    public required JsonElement Definition { get; init; }

    /// <summary>JSON Schema of the input of its runs; null checks nothing.</summary>
    public JsonElement? InputSchema { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Last change of the version, or of the name and description it shares.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The line of versions it belongs to.</summary>
    public required Guid PipelineId { get; init; }

    /// <summary>The version's label in the Queue API: <c>v1</c>.</summary>
    public required string VersionLabel { get; init; }

    /// <summary>When it first left draft; null while the definition can still be changed.</summary>
    public DateTimeOffset? FrozenAt { get; init; }
}

/// <summary>Body of <c>POST /api/v1/workflows</c>: makes a pipeline and its version 1, a draft.</summary>
public sealed record CreateWorkflowRequest
{
    [StringLength(200, MinimumLength = 1)]
    [RegularExpression(Rules.NotBlank, ErrorMessage = Rules.NotBlankMessage)]
    public required string Name { get; init; }

    [StringLength(10_000)]
    public string? Description { get; init; }

    /// <summary>Any JSON object, kept as it is posted and checked when it is published; without nodes when absent.</summary>
    public JsonElement? Definition { get; init; }

    /// <summary>JSON Schema of the input of its runs, with <c>"type": "object"</c>; null checks nothing.</summary>
    public JsonElement? InputSchema { get; init; }
}

/// <summary>Body of <c>PUT /api/v1/workflows/{id}</c>; what is left out stays.</summary>
public sealed record UpdateWorkflowRequest
{
    /// <summary>Renames the pipeline, and so all its versions.</summary>
    [StringLength(200, MinimumLength = 1)]
    [RegularExpression(Rules.NotBlank, ErrorMessage = Rules.NotBlankMessage)]
    public string? Name { get; init; }

    /// <summary>As <see cref="Name"/>; empty removes it.</summary>
    [StringLength(10_000)]
    public string? Description { get; init; }

    /// <summary>Replaces the definition.</summary>
    public JsonElement? Definition { get; init; }

    /// <summary>Replaces the input schema; null removes it.</summary>
    public Optional<JsonElement?> InputSchema { get; init; }
}

/// <summary>Body of <c>POST /api/v1/workflows/validate</c>: what an editor has and has not saved.</summary>
public sealed record ValidateWorkflowRequest
{
    public required JsonElement Definition { get; init; }
    public JsonElement? InputSchema { get; init; }
}

/// <summary>Answer of <c>POST /api/v1/workflows/{id}/validate</c> and of <c>POST /api/v1/workflows/validate</c>.</summary>
public sealed record WorkflowValidation
{
    public required bool Valid { get; init; }

    /// <summary>Everything that is wrong, a sentence each that names its node; empty when valid.</summary>
    public required IReadOnlyList<string> Errors { get; init; }

    /// <summary>The same, in the same order, for editors: which node, which place in it.</summary>
    public required IReadOnlyList<DefinitionFlaw> Problems { get; init; }
}
