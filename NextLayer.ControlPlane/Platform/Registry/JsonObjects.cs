using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.ControlPlane.Platform.Errors;

namespace NextLayer.ControlPlane.Platform.Registry;

/// <summary>Members that take any JSON object and are stored as it was posted.</summary>
internal static class JsonObjects
{
    public const string Empty = "{}";

    /// <returns>Null when it is an object or was not given.</returns>
    public static ProblemHttpResult? Refuse(string path, JsonElement? value) =>
        value is null or { ValueKind: JsonValueKind.Object } ? null : Problems.Invalid(path, "must be an object.");
}
