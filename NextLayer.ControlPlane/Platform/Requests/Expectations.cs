using System.Text.Json;
using NextLayer.Contracts.Json;

namespace NextLayer.ControlPlane.Platform.Requests;

/// <summary>"must be …": what a value of a type looks like, in words.</summary>
internal static class Expectations
{
    private const string Uuid = "must be a UUID, as 0190a2f4-7c1e-7abc-8def-0123456789ab.";
    private const string WholeNumber = "must be a whole number.";
    private const string Time = "must be a time in ISO 8601, as 2026-02-11T12:00:00+00:00.";

    /// <param name="typeName">A C# type name as ASP.NET writes it: <c>int</c>, <c>Nullable&lt;Guid&gt;</c>, <c>Guid?</c>.</param>
    public static string Of(string typeName) => typeName.Replace("Nullable<", "", StringComparison.Ordinal).TrimEnd('>', '?', '[', ']') switch
    {
        "Guid" => Uuid,
        "int" or "long" or "short" => WholeNumber,
        "double" or "decimal" => "must be a number.",
        "bool" => "must be true or false.",
        "DateTimeOffset" or nameof(QueryTime) => Time,
        _ => "cannot be read.",
    };

    public static string Of(Type type)
    {
        if (type.IsAssignableTo(typeof(IOptional)))
            type = type.GetGenericArguments()[0];
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum)
            return $"must be one of {string.Join(", ", EnumNames(type))}.";
        if (type == typeof(Guid))
            return Uuid;
        if (type == typeof(string))
            return "must be a string.";
        if (type == typeof(bool))
            return "must be true or false.";
        if (type == typeof(DateTimeOffset))
            return Time;
        if (type == typeof(double) || type == typeof(decimal) || type == typeof(float))
            return "must be a number.";
        return type.IsPrimitive ? WholeNumber : "cannot be read as this field's type.";
    }

    /// <summary>The values of an enum as they are spelled on the wire.</summary>
    public static IEnumerable<string?> EnumNames(Type type) =>
        Enum.GetValuesAsUnderlyingType(type).Cast<object>()
            .Select(value => JsonSerializer.SerializeToElement(Enum.ToObject(type, value), type, NextLayerJson.Options).GetString());
}
