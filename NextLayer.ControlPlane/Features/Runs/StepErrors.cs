using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;

namespace NextLayer.ControlPlane.Features.Runs;

internal static class StepErrors
{
    /// <summary>Reads the error column of a step.</summary>
    public static StepError Parse(string json) =>
        JsonSerializer.Deserialize<StepError>(json, NextLayerJson.Options)
        ?? throw new InvalidOperationException("A step's error column holds JSON null.");
}
