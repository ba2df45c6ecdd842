using System.Text.Json;

namespace NextLayer.Workflows.Definitions;

/// <summary>
/// A definition as read from JSON. Takes what React Flow saves,
/// <c>{"nodes": [{"id", "type", "data": {"type", "label", "config", when, retry, …}}], "edges": [{"source", "target", "sourceHandle"}]}</c>,
/// with the envelope keys in <c>data</c>; and the short form <c>{"steps": ["a", {"id", "type", "config", "needs", when, retry, …}]}</c>,
/// with them on the step itself. Without <c>needs</c> a short-form step follows the one before it; an entry
/// <c>"check:true"</c> of <c>needs</c> names a port. <c>{}</c> is the empty definition. Unknown keys are ignored.
/// </summary>
public sealed class WorkflowDefinition
{
    /// <summary>Steps a definition may have; one with more is not read any further.</summary>
    public const int MaxSteps = 500;

    /// <summary>Edges a definition may have.</summary>
    public const int MaxEdges = 5_000;

    /// <summary>Errors that are told of one definition; more would help nobody.</summary>
    public const int MaxErrors = 1_000;

    /// <summary>Characters of an id beyond which a step is not read at all; a good id is far shorter.</summary>
    internal const int MaxIdLength = 200;

    /// <summary>Levels of objects and lists a definition may have.</summary>
    public const int MaxDepth = 64;

    /// <summary>The longest time-out of a run, in seconds.</summary>
    public const double LongestTimeoutSeconds = 366d * 86_400;

    internal WorkflowDefinition(IReadOnlyList<StepDefinition> steps, IReadOnlyList<EdgeDefinition> edges, IReadOnlyList<DefinitionError> errors)
    {
        Steps = steps;
        Edges = edges;
        Errors = errors;
    }

    /// <summary>The steps that could be read, in the author's order. Ids may repeat until validated.</summary>
    public IReadOnlyList<StepDefinition> Steps { get; }

    /// <summary>The edges that could be read.</summary>
    public IReadOnlyList<EdgeDefinition> Edges { get; }

    /// <summary>
    /// <c>timeout_seconds</c> (or <c>timeout</c>, ISO 8601) beside the steps: time a run may take from its first start,
    /// waits included. Null has no limit.
    /// </summary>
    public double? TimeoutSeconds { get; internal init; }

    /// <summary>What could not be read. The validator reports these too.</summary>
    public IReadOnlyList<DefinitionError> Errors { get; }

    /// <summary>Reads a definition. Never throws: what is malformed is found in <see cref="Errors"/>.</summary>
    /// <param name="json">The definition; the result keeps parts of it, so it must not belong to a document that is disposed.</param>
    public static WorkflowDefinition Parse(JsonElement json)
    {
        try
        {
            return DefinitionReader.Read(json);
        }
        catch (InvalidOperationException ex) when (JsonOut.IsBrokenText(ex))
        {
            return new WorkflowDefinition([], [], [new DefinitionError("malformed_text", null, "", "The definition holds text that is not valid Unicode.")]);
        }
    }
}
