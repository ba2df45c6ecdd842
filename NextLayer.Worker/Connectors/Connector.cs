using System.Text.Json;
using NextLayer.Worker.Steps;

namespace NextLayer.Worker.Connectors;

/// <summary>A tenant's connection to another system, in the hands of one attempt.</summary>
/// <param name="Id">Its instance.</param>
/// <param name="Type">What it connects to.</param>
/// <param name="Json">Its configuration; never to be shown.</param>
internal sealed record Connector(Guid Id, string Type, JsonElement Json)
{
    /// <summary>Its configuration, for reading; complaints name the member, never its value.</summary>
    public StepConfig Config => new(Json, "connector.config");

    // A record would print its configuration.
    public override string ToString() => $"{Type} {Id}";
}
