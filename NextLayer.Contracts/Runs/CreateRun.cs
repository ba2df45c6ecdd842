using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace NextLayer.Contracts.Runs;

/// <summary>Body of <c>POST /api/runs</c>. The version must be APPROVED and belong to the tenant.</summary>
public sealed record CreateRunRequest
{
    public required Guid TenantId { get; init; }
    public required Guid PipelineVersionId { get; init; }

    /// <summary>1 to 50 characters; <c>manual</c> when absent.</summary>
    [StringLength(50, MinimumLength = 1)]
    public string? TriggerType { get; init; }

    /// <summary>A JSON object, checked against the version's <c>input_schema</c>; <c>{}</c> when absent.</summary>
    public JsonElement? Parameters { get; init; }

    /// <summary>Higher is claimed first.</summary>
    [Range(-100, 100)]
    public int? Priority { get; init; }

    /// <summary>Earliest start; the past or null means now.</summary>
    public DateTimeOffset? RunAfter { get; init; }

    /// <summary>At most 16; keys of 1 to 63 letters, digits or <c>. _ / -</c>, values of at most 255 characters. Runs are found by them.</summary>
    public IReadOnlyDictionary<string, string?>? Labels { get; init; }
}

/// <summary>Body of <c>POST /api/runs/batch</c>: all are made, or none.</summary>
public sealed record CreateRunsRequest
{
    /// <summary>1 to 1,000 runs.</summary>
    [Length(1, 1000)]
    public required IReadOnlyList<CreateRunRequest> Runs { get; init; }
}

/// <summary>Answer of <c>POST /api/runs</c>: exactly these members.</summary>
public sealed record RunCreated
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Guid PipelineVersionId { get; init; }
    public required RunStatus Status { get; init; }
    public required string TriggerType { get; init; }
    public required JsonElement Parameters { get; init; }
}

/// <summary>Answer of <c>POST /api/runs/batch</c>, in the order of the request.</summary>
public sealed record RunsCreated
{
    public required IReadOnlyList<RunCreated> Items { get; init; }
    public required int Count { get; init; }
}
