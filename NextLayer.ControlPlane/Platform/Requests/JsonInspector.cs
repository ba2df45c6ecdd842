using System.Buffers;
using System.Text;
using System.Text.Json;
using NextLayer.Contracts.Json;

namespace NextLayer.ControlPlane.Platform.Requests;

/// <summary>
/// One pass over a JSON text that finds what a parser alone lets through and something behind it would trip over:
/// duplicate members (readers disagree which one counts), NUL characters and lone surrogates (Postgres refuses them),
/// numbers beyond a double, too many levels.
/// </summary>
internal ref struct JsonInspector
{
    private const string NulFlaw = "holds the character U+0000, which cannot be stored.";
    private const string SurrogateFlaw = "holds half of a surrogate pair, which is no character.";

    private Utf8JsonReader reader;
    private readonly Level[] levels;
    private int depth;
    private readonly MemberNames names;

    private JsonInspector(ReadOnlySpan<byte> json, Level[] levels, MemberNames names)
    {
        // One level more than allowed, so that the message about it is ours.
        reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = NextLayerJson.MaxDepth + 1 });
        this.levels = levels;
        this.names = names;
    }

    /// <returns>Null when all is well, otherwise a sentence that says what is wrong and where.</returns>
    public static string? Inspect(ReadOnlySpan<byte> json)
    {
        var levels = ArrayPool<Level>.Shared.Rent(NextLayerJson.MaxDepth + 2);
        using var names = new MemberNames();
        try
        {
            return new JsonInspector(json, levels, names).Run(json);
        }
        catch (JsonException ex)
        {
            return $"The body is not valid JSON: see line {ex.LineNumber + 1}, byte {ex.BytePositionInLine + 1}.";
        }
        finally
        {
            ArrayPool<Level>.Shared.Return(levels);
        }
    }

    private string? Run(ReadOnlySpan<byte> json)
    {
        while (reader.Read())
        {
            var flaw = Check(json);
            if (flaw is not null)
                return $"{Path(json)} {flaw}";
        }

        return null;
    }

    private string? Check(ReadOnlySpan<byte> json)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                CountItem();
                if (depth == NextLayerJson.MaxDepth)
                    return $"is nested deeper than {NextLayerJson.MaxDepth} levels.";
                levels[depth++] = new Level { IsArray = reader.TokenType == JsonTokenType.StartArray, Item = -1, FirstName = names.Count };
                return null;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                names.Truncate(levels[--depth].FirstName);
                return null;
            case JsonTokenType.PropertyName:
                return CheckName(json);
            case JsonTokenType.String:
                CountItem();
                return reader.ValueIsEscaped ? FindBadEscape(reader.ValueSpan) : null;
            case JsonTokenType.Number:
                CountItem();
                return IsBeyondDouble(reader.ValueSpan) ? "is a number too large for a double." : null;
            default:
                CountItem();
                return null;
        }
    }

    private readonly void CountItem()
    {
        if (depth > 0 && levels[depth - 1].IsArray)
            levels[depth - 1].Item++;
    }

    private readonly string? CheckName(ReadOnlySpan<byte> json)
    {
        ref var level = ref levels[depth - 1];
        level.NameStart = (int)reader.TokenStartIndex + 1;
        level.NameLength = reader.ValueSpan.Length;
        if (reader.ValueIsEscaped && FindBadEscape(reader.ValueSpan) is { } flaw)
            return flaw;
        return names.Add(json, level.NameStart, level.NameLength, level.FirstName, reader.ValueIsEscaped)
            ? null
            : "stands twice in its object.";
    }

    // Only called on strings with an escape. A backslash escapes exactly the next character, so stepping over pairs
    // tells \u0000 from \\u0000.
    private static string? FindBadEscape(ReadOnlySpan<byte> text)
    {
        for (var i = text.IndexOf((byte)'\\'); i >= 0 && i < text.Length; i = Next(text, i))
        {
            if (text[i + 1] != 'u')
            {
                i += 2;
                continue;
            }

            var unit = Unit(text[i..]);
            if (unit == 0)
                return NulFlaw;
            if (char.IsLowSurrogate((char)unit))
                return SurrogateFlaw;
            if (!char.IsHighSurrogate((char)unit))
            {
                i += 6;
                continue;
            }

            var rest = text[(i + 6)..];
            if (!rest.StartsWith("\\u"u8) || !char.IsLowSurrogate((char)Unit(rest)))
                return SurrogateFlaw;
            i += 12;
        }

        return null;
    }

    private static int Next(ReadOnlySpan<byte> text, int from)
    {
        if (from >= text.Length)
            return -1;
        var offset = text[from..].IndexOf((byte)'\\');
        return offset < 0 ? -1 : from + offset;
    }

    private static int Unit(ReadOnlySpan<byte> escape) =>
        int.Parse(escape.Slice(2, 4), System.Globalization.NumberStyles.AllowHexSpecifier);

    // Without an exponent it takes 309 digits to leave the range, so nearly every number is decided by its length.
    private static bool IsBeyondDouble(ReadOnlySpan<byte> number) =>
        (number.Length > 300 || number.IndexOfAny((byte)'e', (byte)'E') >= 0)
        && !double.IsFinite(double.Parse(number, System.Globalization.CultureInfo.InvariantCulture));

    private readonly string Path(ReadOnlySpan<byte> json)
    {
        var path = new StringBuilder("$");
        for (var i = 0; i < depth; i++)
        {
            var level = levels[i];
            if (level.IsArray && level.Item >= 0)
                path.Append('[').Append(level.Item).Append(']');
            else if (!level.IsArray && level.NameLength > 0)
                path.Append('.').Append(Encoding.UTF8.GetString(json.Slice(level.NameStart, Math.Min(level.NameLength, 100))));
        }

        return path.ToString();
    }

    /// <summary>An object or array that is open, and where we are in it.</summary>
    private struct Level
    {
        public bool IsArray;
        public int Item;
        public int NameStart;
        public int NameLength;
        public int FirstName;
    }
}
