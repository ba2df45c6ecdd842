using System.Globalization;
using System.Text;

namespace NextLayer.Workflows.Expressions;

/// <summary>The conversions <c>int(x)</c>, <c>string(x)</c> and their like.</summary>
internal static class CelConversions
{
    private const double TwoTo63 = 9223372036854775808.0;
    private const double TwoTo64 = 18446744073709551616.0;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static CelValue ToInt(in CelValue value)
    {
        switch (value.Kind)
        {
            case CelKind.Int:
                return value;
            case CelKind.Uint:
                return value.AsUint <= long.MaxValue ? CelValue.Of((long)value.AsUint) : OutOfRange("int");
            case CelKind.Double:
                // The bounds themselves are refused, because a double near them stands for numbers past them.
                var number = value.AsDouble;
                return number is > -TwoTo63 and < TwoTo63 ? CelValue.Of((long)number) : OutOfRange("int");
            case CelKind.String:
                return long.TryParse(value.AsString, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed)
                    ? CelValue.Of(parsed)
                    : NotA("int", value);
            case CelKind.Timestamp:
                return CelValue.Of(value.Seconds);
            default:
                return NoConversion("int", value);
        }
    }

    public static CelValue ToUint(in CelValue value)
    {
        switch (value.Kind)
        {
            case CelKind.Uint:
                return value;
            case CelKind.Int:
                return value.AsInt >= 0 ? CelValue.Of((ulong)value.AsInt) : OutOfRange("uint");
            case CelKind.Double:
                var number = value.AsDouble;
                return number is > -1 and < TwoTo64 && number >= 0 ? CelValue.Of((ulong)number) : OutOfRange("uint");
            case CelKind.String:
                return ulong.TryParse(value.AsString, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)
                    ? CelValue.Of(parsed)
                    : NotA("uint", value);
            default:
                return NoConversion("uint", value);
        }
    }

    public static CelValue ToDouble(in CelValue value)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return value.Kind switch
        {
            CelKind.Double => value,
            CelKind.Int => CelValue.Of((double)value.AsInt),
            CelKind.Uint => CelValue.Of((double)value.AsUint),
            CelKind.String => value.AsString switch
            {
                "Infinity" or "+Infinity" => CelValue.Of(double.PositiveInfinity),
                "-Infinity" => CelValue.Of(double.NegativeInfinity),
                var text => double.TryParse(text, Style, CultureInfo.InvariantCulture, out var parsed)
                    ? CelValue.Of(parsed)
                    : NotA("double", value),
            },
            _ => NoConversion("double", value),
        };
    }

    public static CelValue ToBool(in CelValue value) => value.Kind switch
    {
        CelKind.Bool => value,
        CelKind.String => value.AsString switch
        {
            "true" or "True" or "TRUE" or "t" or "T" or "1" => CelValue.Of(true),
            "false" or "False" or "FALSE" or "f" or "F" or "0" => CelValue.Of(false),
            _ => NotA("bool", value),
        },
        _ => NoConversion("bool", value),
    };

    public static CelValue ToBytes(in CelValue value) => value.Kind switch
    {
        CelKind.Bytes => value,
        CelKind.String => CelValue.Of(Encoding.UTF8.GetBytes(value.AsString)),
        _ => NoConversion("bytes", value),
    };

    public static CelValue ToTimestamp(in CelValue value) => value.Kind switch
    {
        CelKind.Timestamp => value,
        CelKind.String => CelTime.ParseTimestamp(value.AsString),
        CelKind.Int => CelTime.Timestamp((Int128)value.AsInt * 1_000_000_000),
        _ => NoConversion("timestamp", value),
    };

    public static CelValue ToDuration(in CelValue value) => value.Kind switch
    {
        CelKind.Duration => value,
        CelKind.String => CelTime.ParseDuration(value.AsString),
        _ => NoConversion("duration", value),
    };

    public static CelValue ToStringValue(in CelValue value)
    {
        switch (value.Kind)
        {
            case CelKind.String:
                return value;
            case CelKind.Bytes:
                try
                {
                    return CelValue.Of(StrictUtf8.GetString(value.AsBytes));
                }
                catch (DecoderFallbackException)
                {
                    return CelValue.Error(CelErrorCode.InvalidArgument, "The bytes are not valid UTF-8 text.");
                }
            case CelKind.Int or CelKind.Uint or CelKind.Double or CelKind.Bool or CelKind.Timestamp or CelKind.Duration:
                return CelValue.Of(ToText(value));
            default:
                return NoConversion("string", value);
        }
    }

    /// <summary>The text of a scalar; lists, maps and bytes have none.</summary>
    /// <exception cref="CelException">The value has no text form.</exception>
    public static string ToText(in CelValue value) => value.Kind switch
    {
        CelKind.Null => "null",
        CelKind.Bool => value.AsBool ? "true" : "false",
        CelKind.Int => value.AsInt.ToString(CultureInfo.InvariantCulture),
        CelKind.Uint => value.AsUint.ToString(CultureInfo.InvariantCulture),
        CelKind.Double => FormatDouble(value.AsDouble),
        CelKind.String => value.AsString,
        CelKind.Timestamp => CelTime.FormatTimestamp(value),
        CelKind.Duration => CelTime.FormatDuration(value),
        CelKind.Type => value.AsTypeName,
        _ => throw new CelException(CelErrorCode.NoSuchOverload, $"A {value.TypeName} has no text form."),
    };

    private static string FormatDouble(double number)
    {
        if (double.IsNaN(number))
            return "NaN";
        if (double.IsInfinity(number))
            return number > 0 ? "Infinity" : "-Infinity";
        return number.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');
    }

    private static CelValue OutOfRange(string type) =>
        CelValue.Error(CelErrorCode.Overflow, $"The number is outside the range of {type}.");

    private static CelValue NotA(string type, in CelValue value) =>
        CelValue.Error(CelErrorCode.InvalidArgument, $"'{value.AsString}' cannot be read as {type}.");

    private static CelValue NoConversion(string type, in CelValue value) =>
        CelValue.Error(CelErrorCode.NoSuchOverload, $"{type}() does not take a {value.TypeName}.");
}
