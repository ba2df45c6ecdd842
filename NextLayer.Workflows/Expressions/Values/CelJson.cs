using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace NextLayer.Workflows.Expressions;

/// <summary>
/// JSON in and out. A number without fraction or exponent that fits int64 is an int, every other number a
/// double that remembers its digits, so that passing a value on never changes it.
/// </summary>
internal static class CelJson
{
    public static CelValue Read(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.True:
                return CelValue.Of(true);
            case JsonValueKind.False:
                return CelValue.Of(false);
            case JsonValueKind.Number:
                return json.TryGetInt64(out var whole) ? CelValue.Of(whole) : CelValue.Of(json.GetDouble(), json);
            case JsonValueKind.String:
                return ReadText(json);
            case JsonValueKind.Array:
                return CelValue.Of(new CelList(json));
            case JsonValueKind.Object:
                return CelValue.Of(new CelJsonMap(json));
            default:
                return CelValue.Null;
        }
    }

    public static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            throw new CelException(CelErrorCode.InvalidArgument, "A property name is not valid Unicode text.");
        }
    }

    /// <exception cref="CelException">The value holds something JSON cannot say, such as a type.</exception>
    public static JsonElement Write(in CelValue value)
    {
        switch (value.Kind)
        {
            case CelKind.List when value.AsList.Source is { } array:
                return array;
            case CelKind.Map when value.AsMap is CelJsonMap map:
                return map.Source;
            case CelKind.Double when value.SourceNumber is { } number:
                return number;
        }
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonOut.Options))
            Write(writer, value);
        return JsonOut.Parse(buffer.WrittenSpan);
    }

    public static void Write(Utf8JsonWriter writer, in CelValue value)
    {
        switch (value.Kind)
        {
            case CelKind.Null:
                writer.WriteNullValue();
                break;
            case CelKind.Bool:
                writer.WriteBooleanValue(value.AsBool);
                break;
            case CelKind.Int:
                writer.WriteNumberValue(value.AsInt);
                break;
            case CelKind.Uint:
                writer.WriteNumberValue(value.AsUint);
                break;
            case CelKind.Double:
                WriteDouble(writer, value);
                break;
            case CelKind.List:
                WriteList(writer, value.AsList);
                break;
            case CelKind.Map:
                WriteMap(writer, value.AsMap);
                break;
            case CelKind.Bytes:
                writer.WriteBase64StringValue(value.AsBytes);
                break;
            case CelKind.Optional when value.AsOptional is { } inner:
                Write(writer, inner);
                break;
            case CelKind.Optional:
                writer.WriteNullValue();
                break;
            case CelKind.Error:
                throw new CelException(value.AsError);
            default:
                writer.WriteStringValue(CelConversions.ToText(value));
                break;
        }
    }

    private static CelValue ReadText(JsonElement json)
    {
        try
        {
            return CelValue.Of(json.GetString()!);
        }
        catch (InvalidOperationException)
        {
            // An escaped half of a surrogate pair is valid JSON and no text.
            return CelValue.Error(CelErrorCode.InvalidArgument, "A string is not valid Unicode text.");
        }
    }

    // Whole doubles keep their ".0", so that the next expression reads a double again and not an int.
    private static void WriteDouble(Utf8JsonWriter writer, in CelValue value)
    {
        if (value.SourceNumber is { } source)
        {
            source.WriteTo(writer);
            return;
        }
        var number = value.AsDouble;
        if (!double.IsFinite(number))
            writer.WriteStringValue(CelConversions.ToText(value));
        else if (Math.Truncate(number) == number && Math.Abs(number) < 1e15)
            writer.WriteRawValue(number.ToString("0.0", CultureInfo.InvariantCulture), skipInputValidation: true);
        else
            writer.WriteNumberValue(number);
    }

    private static void WriteList(Utf8JsonWriter writer, CelList list)
    {
        if (list.Source is { } source)
        {
            source.WriteTo(writer);
            return;
        }
        writer.WriteStartArray();
        foreach (ref readonly var item in list.Items.AsSpan())
            Write(writer, item);
        writer.WriteEndArray();
    }

    private static void WriteMap(Utf8JsonWriter writer, CelMap map)
    {
        if (map is CelJsonMap json)
        {
            json.Source.WriteTo(writer);
            return;
        }
        writer.WriteStartObject();
        foreach (var (key, value) in map.Entries)
        {
            writer.WritePropertyName(CelConversions.ToText(key));
            Write(writer, value);
        }
        writer.WriteEndObject();
    }
}
