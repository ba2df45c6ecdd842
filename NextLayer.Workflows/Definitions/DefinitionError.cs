namespace NextLayer.Workflows.Definitions;

/// <summary>One thing wrong with a definition.</summary>
/// <param name="Code">Stable and for programs, such as <c>unknown_step_type</c>.</param>
/// <param name="NodeId">The step it is about; null when it is about the whole.</param>
/// <param name="Path">Where in the definition, such as <c>nodes[2].data.config.url</c>; empty for the whole.</param>
/// <param name="Message">A sentence for people.</param>
public sealed record DefinitionError(string Code, string? NodeId, string Path, string Message)
{
    /// <summary>Cut as <see cref="Message"/> is.</summary>
    public string? NodeId { get; init; } = NodeId is null ? null : Shortened.Text(NodeId, WorkflowDefinition.MaxIdLength);

    /// <summary>Cut where an author's own text makes it long.</summary>
    public string Message { get; init; } = Shortened.Text(Message, MaxMessage);

    private const int MaxMessage = 1_000;
}
