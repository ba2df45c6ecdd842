using System.Text.Json;

namespace NextLayer.Workflows.Expressions;

/// <summary>
/// One value of the language. A struct of a tag, 96 bits and a reference, so that numbers, booleans and times
/// need no allocation; lists and maps over JSON are read lazily.
/// </summary>
internal readonly struct CelValue
{
    private readonly object? _reference;
    private readonly long _bits;
    private readonly int _nanos;

    private CelValue(CelKind kind, long bits = 0, int nanos = 0, object? reference = null)
    {
        Kind = kind;
        _bits = bits;
        _nanos = nanos;
        _reference = reference;
    }

    public CelKind Kind { get; }

    public static CelValue Null => default;

    public bool AsBool => _bits != 0;

    public long AsInt => _bits;

    public ulong AsUint => (ulong)_bits;

    public double AsDouble => BitConverter.Int64BitsToDouble(_bits);

    public string AsString => (string)_reference!;

    public byte[] AsBytes => (byte[])_reference!;

    public CelList AsList => (CelList)_reference!;

    public CelMap AsMap => (CelMap)_reference!;

    public CelError AsError => (CelError)_reference!;

    /// <summary>The name of the type a type value stands for.</summary>
    public string AsTypeName => (string)_reference!;

    /// <summary>The value inside an optional, boxed; null when it is none.</summary>
    public CelValue? AsOptional => (CelValue?)_reference;

    /// <summary>Whole seconds of a timestamp (since 1970) or a duration, rounded down.</summary>
    public long Seconds => _bits;

    /// <summary>Nanoseconds to add to <see cref="Seconds"/>; never negative.</summary>
    public int Nanos => _nanos;

    public bool IsError => Kind == CelKind.Error;

    public bool IsNumber => Kind is CelKind.Int or CelKind.Uint or CelKind.Double;

    /// <summary>The JSON number a double was read from, whose digits a double may not be able to hold.</summary>
    public JsonElement? SourceNumber => Kind == CelKind.Double && _reference is JsonElement json ? json : null;

    public static CelValue Of(bool value) => new(CelKind.Bool, value ? 1 : 0);

    public static CelValue Of(long value) => new(CelKind.Int, value);

    public static CelValue Of(ulong value) => new(CelKind.Uint, (long)value);

    public static CelValue Of(double value) => new(CelKind.Double, BitConverter.DoubleToInt64Bits(value));

    public static CelValue Of(double value, JsonElement source) =>
        new(CelKind.Double, BitConverter.DoubleToInt64Bits(value), reference: source);

    public static CelValue Of(string value) => new(CelKind.String, reference: value);

    public static CelValue Of(byte[] value) => new(CelKind.Bytes, reference: value);

    public static CelValue Of(CelList value) => new(CelKind.List, reference: value);

    public static CelValue Of(CelValue[] items) => Of(new CelList(items));

    public static CelValue Of(CelMap value) => new(CelKind.Map, reference: value);

    public static CelValue Timestamp(long seconds, int nanos) => new(CelKind.Timestamp, seconds, nanos);

    public static CelValue Duration(long seconds, int nanos) => new(CelKind.Duration, seconds, nanos);

    public static CelValue Type(string name) => new(CelKind.Type, reference: name);

    public static CelValue Optional(CelValue? value) => new(CelKind.Optional, reference: value);

    public static CelValue Error(CelError error) => new(CelKind.Error, reference: error);

    public static CelValue Error(CelErrorCode code, string message) => Error(new CelError(code, message));

    /// <summary>The type as people read it in messages.</summary>
    public string TypeName => Kind.TypeName();
}
