using System.Collections.Concurrent;
using System.Text.Json;
using NextLayer.Workflows.Definitions;
using NextLayer.Workflows.Schemas;

namespace NextLayer.ControlPlane.Features.Versions;

/// <summary>
/// What the run queue needs to know of a version. Its status is not here: it changes, and who cares must ask the row.
/// </summary>
internal sealed record VersionInfo
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Guid PipelineId { get; init; }

    /// <summary>As it was posted.</summary>
    public required JsonElement Definition { get; init; }

    /// <summary>What a run's parameters must look like; null when the version does not say.</summary>
    public JsonSchema? InputSchema { get; init; }

    /// <summary>The draft of whose test this is the copy; null for all others.</summary>
    public Guid? TestOf { get; init; }

    private readonly ConcurrentDictionary<string, RunnableDefinition> parts = new();

    /// <summary>What a run executes: the whole definition, or the body of a for-each within it.</summary>
    /// <param name="bodyPath">Ids of for-each steps, joined by <c>/</c>; null for the whole.</param>
    public RunnableDefinition Part(string? bodyPath) => parts.GetOrAdd(bodyPath ?? "", Find);

    private RunnableDefinition Find(string bodyPath)
    {
        var json = Definition;
        var definition = WorkflowDefinition.Parse(json);
        foreach (var stepId in bodyPath.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var loop = definition.Steps.FirstOrDefault(s => s.Id == stepId)
                ?? throw new InvalidOperationException($"Version {Id} has no for-each step {bodyPath}.");
            json = loop.Config.GetProperty("body");
            definition = WorkflowDefinition.Parse(json);
        }

        return new RunnableDefinition(json, definition);
    }
}

/// <param name="Json">As it was posted.</param>
/// <param name="Workflow">As the engine reads it.</param>
internal sealed record RunnableDefinition(JsonElement Json, WorkflowDefinition Workflow)
{
    /// <summary>Longest time of a run; null has no limit.</summary>
    public double? TimeoutSeconds => Workflow.TimeoutSeconds;
}
