using System.Text.Json;
using NextLayer.Workflows.Retries;

namespace NextLayer.Workflows.Definitions;

/// <summary>What becomes of the run when a step has failed for good.</summary>
public enum OnError
{
    /// <summary>The run fails once nothing is running any more.</summary>
    Fail,

    /// <summary>The run goes on as after a success; the step's output is <c>{"error": …}</c>.</summary>
    Continue,

    /// <summary>The run goes on along the edges from the port <c>error</c>, and only there.</summary>
    Branch,
}

/// <summary>One step of a definition, read and with defaults filled in.</summary>
public sealed record StepDefinition
{
    /// <summary>The time a step may take where it names none.</summary>
    public const double DefaultTimeoutSeconds = 60;

    /// <summary>
    /// Unique in the definition: a letter or underscore, then at most 62 letters, digits, <c>_</c> or <c>-</c>. Wider
    /// than what templates can write bare, because React Flow makes ids such as <c>node-1</c>; those are reached
    /// as <c>steps["node-1"].output</c>.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>What people read; the id where the author gave none.</summary>
    public required string Label { get; init; }

    /// <summary>A type of the catalog, such as <c>http_request</c>; <c>noop</c> for a bare name of the short form.</summary>
    public required string Type { get; init; }

    /// <summary>The step's own settings, always an object, templates not yet resolved.</summary>
    public required JsonElement Config { get; init; }

    /// <summary>Expression; false skips the step. Null always runs it.</summary>
    public string? When { get; init; }

    /// <summary>Time one attempt may take, in seconds.</summary>
    public double TimeoutSeconds { get; init; } = DefaultTimeoutSeconds;

    /// <summary>The author's policy; null takes the step type's default.</summary>
    public RetryPolicy? Retry { get; init; }

    /// <summary>What a final failure does to the run.</summary>
    public OnError OnError { get; init; }

    /// <summary>Where the step stands in the definition, such as <c>nodes[2]</c>.</summary>
    public required string Path { get; init; }

    /// <summary>Where the envelope keys (<c>when</c>, <c>retry</c>, …) and <c>config</c> stand, such as <c>nodes[2].data</c>.</summary>
    public required string DataPath { get; init; }
}

/// <summary>An edge as written: nothing says yet that its ends exist.</summary>
/// <param name="Id">The author's id, or null.</param>
/// <param name="Source">Id of the step it leaves.</param>
/// <param name="Target">Id of the step it enters.</param>
/// <param name="SourceHandle">The port it leaves from; null for any.</param>
/// <param name="Path">Where it stands in the definition.</param>
public sealed record EdgeDefinition(string? Id, string Source, string Target, string? SourceHandle, string Path);
