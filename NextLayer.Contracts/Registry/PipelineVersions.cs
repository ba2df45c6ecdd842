using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using NextLayer.Contracts.Json;

namespace NextLayer.Contracts.Registry;

/// <summary>Whether a version may be run; only APPROVED ones may.</summary>
[JsonConverter(typeof(UpperSnakeEnumConverter<VersionStatus>))]
public enum VersionStatus
{
    Draft,
    Approved,
    Deprecated,
}

/// <summary>Body of <c>POST /api/pipeline-versions</c>.</summary>
public sealed record CreatePipelineVersionRequest
{
    public required Guid TenantId { get; init; }

    /// <summary>A pipeline of that tenant.</summary>
    public required Guid PipelineId { get; init; }

    /// <summary>The version's label, unique in its pipeline: <c>v1</c>.</summary>
    [StringLength(100, MinimumLength = 1)]
    [RegularExpression(Rules.NotBlank, ErrorMessage = Rules.NotBlankMessage)]
    public required string Version { get; init; }

    /// <summary>The definition, any JSON object, kept as it is posted; <c>{}</c> when absent.</summary>
    public JsonElement? DagSpec { get; init; }

    /// <summary>JSON Schema of the parameters of its runs, with <c>"type": "object"</c>; null checks nothing.</summary>
    public JsonElement? InputSchema { get; init; }
}

/// <summary>Answer of <c>POST /api/pipeline-versions</c> and of its <c>status</c>: exactly these members.</summary>
public sealed record PipelineVersionCreated
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Guid PipelineId { get; init; }
    public required string Version { get; init; }
    public required VersionStatus Status { get; init; }
    public required JsonElement DagSpec { get; init; }
}

/// <summary>One definition of a pipeline. From its first approval on it never changes.</summary>
public sealed record PipelineVersion
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Guid PipelineId { get; init; }

    /// <summary>The label its author gave it.</summary>
    public required string Version { get; init; }

    public required VersionStatus Status { get; init; }
    public required JsonElement DagSpec { get; init; }

    /// <summary>1, 2, 3 … in the order in which the pipeline's versions were made.</summary>
    public required int VersionNumber { get; init; }

    public JsonElement? InputSchema { get; init; }

    /// <summary>When it first left DRAFT; null while the definition can still be changed.</summary>
    public DateTimeOffset? FrozenAt { get; init; }

    /// <summary>
    /// The draft of which this is a copy, made for a test of it: it has the draft's label and number, is in no list and
    /// cannot be approved. Null for all others.
    /// </summary>
    public Guid? TestOf { get; init; }

    /// <summary>Who brought it into its present status, as the audit log names them; null while authentication is off.</summary>
    public string? StatusBy { get; init; }

    /// <summary>When that was; null for a draft that never was anything else.</summary>
    public DateTimeOffset? StatusAt { get; init; }

    /// <summary>What they had to say of it.</summary>
    public string? StatusNote { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>Body of <c>PATCH /api/pipeline-versions/{id}</c>; what is left out stays.</summary>
public sealed record UpdatePipelineVersionRequest
{
    [StringLength(100, MinimumLength = 1)]
    [RegularExpression(Rules.NotBlank, ErrorMessage = Rules.NotBlankMessage)]
    public string? Version { get; init; }

    /// <summary>Replaces the definition; <c>409 version_frozen</c> once the version has left DRAFT.</summary>
    public JsonElement? DagSpec { get; init; }

    /// <summary>As <see cref="DagSpec"/>; null removes the schema.</summary>
    public Optional<JsonElement?> InputSchema { get; init; }
}

/// <summary>Body of <c>POST /api/pipeline-versions/{id}/status</c>.</summary>
public sealed record ChangeVersionStatusRequest
{
    /// <summary>APPROVED needs a valid definition.</summary>
    public required VersionStatus Status { get; init; }

    /// <summary>For whoever looks at the version later, such as what was checked; nothing where the status is so already.</summary>
    [StringLength(1000, MinimumLength = 1)]
    [RegularExpression(Rules.NotBlank, ErrorMessage = Rules.NotBlankMessage)]
    public string? Note { get; init; }
}

/// <summary>Answer of <c>POST /api/pipeline-versions/{id}/validate</c>.</summary>
public sealed record VersionValidation
{
    public required bool Valid { get; init; }

    /// <summary>Everything that is wrong; empty when valid.</summary>
    public required IReadOnlyList<DefinitionFlaw> Errors { get; init; }
}

/// <summary>Something wrong in a definition.</summary>
public sealed record DefinitionFlaw
{
    /// <summary>Stable and machine-readable.</summary>
    public required string Code { get; init; }

    public required string Message { get; init; }

    /// <summary>The node it is about; null when it is about the whole.</summary>
    public string? NodeId { get; init; }

    /// <summary>Where in the definition: <c>nodes[2].data.config.url</c>.</summary>
    public string? Path { get; init; }
}
