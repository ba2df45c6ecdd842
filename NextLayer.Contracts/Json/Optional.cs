using System.Text.Json;
using System.Text.Json.Serialization;

namespace NextLayer.Contracts.Json;

/// <summary>
/// A member of a PATCH body that may be left out (nothing changes) or be null (the value is cleared). Members that
/// cannot be cleared are plain nullable ones.
/// </summary>
[JsonConverter(typeof(OptionalConverter))]
public readonly record struct Optional<T>(T Value) : IOptional
{
    /// <summary>False when the body did not have the member.</summary>
    public bool IsSet { get; } = true;

    object? IOptional.Value => IsSet ? Value : null;

    /// <summary>The new value, or the present one when the member was left out.</summary>
    public T Or(T present) => IsSet ? Value : present;
}

/// <summary>An <see cref="Optional{T}"/> of whatever type.</summary>
public interface IOptional
{
    /// <summary>Null when absent or null.</summary>
    object? Value { get; }
}

internal sealed class OptionalConverter : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) =>
        typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Optional<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!; // It has such a constructor.

    private sealed class Converter<T> : JsonConverter<Optional<T>>
    {
        public override bool HandleNull => true;

        public override Optional<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(JsonSerializer.Deserialize<T>(ref reader, options)!); // T is nullable wherever null is let through.

        public override void Write(Utf8JsonWriter writer, Optional<T> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.Value, options);
    }
}
