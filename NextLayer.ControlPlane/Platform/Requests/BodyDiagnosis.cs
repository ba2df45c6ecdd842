using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NextLayer.Contracts.Json;

namespace NextLayer.ControlPlane.Platform.Requests;

/// <summary>Walks a refused body beside the contract it should have been, and names every mismatch by its path.</summary>
internal static class BodyDiagnosis
{
    /// <summary>More would help nobody.</summary>
    private const int MaxErrors = 50;

    /// <returns>Path → sentences; empty when the body fits after all.</returns>
    public static IReadOnlyDictionary<string, string[]> Diagnose(JsonElement body, Type contract)
    {
        var errors = new Dictionary<string, string[]>();
        Walk(body, contract, "", errors);
        return errors;
    }

    private static void Walk(JsonElement value, Type type, string path, Dictionary<string, string[]> errors)
    {
        if (errors.Count >= MaxErrors)
            return;
        var info = NextLayerJson.Options.GetTypeInfo(type);
        switch (info.Kind)
        {
            case JsonTypeInfoKind.Object when value.ValueKind == JsonValueKind.Object:
                WalkObject(value, info, path, errors);
                break;
            case JsonTypeInfoKind.Enumerable when value.ValueKind == JsonValueKind.Array:
                var index = 0;
                foreach (var item in value.EnumerateArray())
                    Walk(item, info.ElementType!, $"{path}[{index++}]", errors); // Enumerable kinds have an element type.
                break;
            case JsonTypeInfoKind.Object:
                Add(errors, path, "must be an object.");
                break;
            case JsonTypeInfoKind.Enumerable:
                Add(errors, path, "must be a list.");
                break;
            default:
                if (!Fits(value, type))
                    Add(errors, path, Expectations.Of(type));
                break;
        }
    }

    private static void WalkObject(JsonElement value, JsonTypeInfo info, string path, Dictionary<string, string[]> errors)
    {
        foreach (var property in info.Properties)
        {
            var at = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
            if (!value.TryGetProperty(property.Name, out var member))
            {
                if (property.IsRequired)
                    Add(errors, at, "is required.");
            }
            else if (member.ValueKind != JsonValueKind.Null)
            {
                Walk(member, property.PropertyType, at, errors);
            }
            else if (!property.IsSetNullable || !Fits(member, property.PropertyType))
            {
                Add(errors, at, "must not be null.");
            }
        }
    }

    private static bool Fits(JsonElement value, Type type)
    {
        try
        {
            value.Deserialize(type, NextLayerJson.Options);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void Add(Dictionary<string, string[]> errors, string path, string message) =>
        errors.TryAdd(path.Length == 0 ? "$" : path, [message]);
}
