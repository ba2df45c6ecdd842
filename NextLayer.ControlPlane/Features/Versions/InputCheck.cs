using System.Text.Json;
using NextLayer.Workflows.Schemas;

namespace NextLayer.ControlPlane.Features.Versions;

/// <summary>Checks a run's parameters against the version it runs.</summary>
internal static class InputCheck
{
    /// <param name="path">Where the parameters stand in the request: <c>parameters</c>, <c>runs[3].parameters</c>.</param>
    /// <returns>Path in the request → sentences, ready for a problem document; null when all is well.</returns>
    public static Dictionary<string, string[]>? Check(VersionInfo version, JsonElement parameters, string path) =>
        Check(version.InputSchema, parameters, path);

    public static Dictionary<string, string[]>? Check(JsonSchema? schema, JsonElement value, string path) =>
        schema?.Validate(value) is { Count: > 0 } errors
            ? errors.GroupBy(error => Join(path, error.Path)).ToDictionary(at => at.Key, at => at.Select(error => error.Message).ToArray())
            : null;

    private static string Join(string path, string inner) =>
        inner.Length == 0 ? path : inner[0] == '[' ? path + inner : $"{path}.{inner}";
}
