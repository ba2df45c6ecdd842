using System.Globalization;
using System.Text;

namespace NextLayer.Workflows.Expressions;

/// <summary>String and bytes literals: <c>'…'</c>, <c>"…"</c>, tripled quotes, prefixes <c>r</c> (raw) and <c>b</c> (bytes).</summary>
internal static class CelStringLiteral
{
    private const string SimpleEscapes = "abfnrtv\\?\"'`";
    private const string SimpleValues = "\a\b\f\n\r\t\v\\?\"'`";

    /// <summary>Reads the literal at <paramref name="start"/>; false when there is none.</summary>
    /// <exception cref="CelException">A literal starts here and is malformed.</exception>
    public static bool TryRead(string source, int start, out CelValue value, out int end)
    {
        value = default;
        if (!TryFindEnd(source, start, out var body, out end))
            return false;
        var prefix = source.AsSpan(start, body.Start - start);
        var isRaw = prefix.IndexOfAny('r', 'R') >= 0;
        var isBytes = prefix.IndexOfAny('b', 'B') >= 0;
        var text = source[body.Start..body.End];
        if (isBytes)
            value = CelValue.Of(isRaw ? Encoding.UTF8.GetBytes(text) : UnescapeBytes(text, body.Start));
        else
            value = CelValue.Of(isRaw ? text : UnescapeText(text, body.Start));
        return true;
    }

    /// <summary>Finds where the literal at <paramref name="start"/> ends without reading it; templates use it to skip literals.</summary>
    public static bool TryFindEnd(string source, int start, out (int Start, int End) body, out int end)
    {
        body = default;
        end = start;
        var at = start;
        while (at < source.Length && at - start < 2 && source[at] is 'r' or 'R' or 'b' or 'B')
            at++;
        if (at >= source.Length || source[at] is not ('"' or '\'') || !IsPrefix(source.AsSpan(start, at - start)))
            return false;
        var isRaw = source.AsSpan(start, at - start).IndexOfAny('r', 'R') >= 0;
        var quote = source[at];
        var isTriple = at + 2 < source.Length && source[at + 1] == quote && source[at + 2] == quote;
        var closing = new string(quote, isTriple ? 3 : 1);
        at += closing.Length;
        body.Start = at;
        while (at < source.Length && string.CompareOrdinal(source, at, closing, 0, closing.Length) != 0)
        {
            if (!isTriple && source[at] is '\n' or '\r')
                break;
            at += source[at] == '\\' && !isRaw ? 2 : 1;
        }
        if (at >= source.Length || string.CompareOrdinal(source, at, closing, 0, closing.Length) != 0)
            throw new CelException(CelErrorCode.Syntax, "The string is not closed.", start);
        body.End = at;
        end = at + closing.Length;
        return true;
    }

    private static bool IsPrefix(ReadOnlySpan<char> prefix) =>
        prefix.Length < 2 || char.ToLowerInvariant(prefix[0]) != char.ToLowerInvariant(prefix[1]);

    private static string UnescapeText(string text, int position)
    {
        if (!text.Contains('\\'))
            return text;
        var output = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            if (text[i] != '\\')
            {
                output.Append(text[i++]);
                continue;
            }
            var (code, length) = ReadEscape(text, i, position, isBytes: false);
            if (code is > 0x10FFFF or (>= 0xD800 and <= 0xDFFF))
                throw Bad("is not a Unicode character", position + i);
            output.Append(char.ConvertFromUtf32(code));
            i += length;
        }
        return output.ToString();
    }

    private static byte[] UnescapeBytes(string text, int position)
    {
        var output = new List<byte>(text.Length);
        for (var i = 0; i < text.Length;)
        {
            if (text[i] == '\\')
            {
                var (code, length) = ReadEscape(text, i, position, isBytes: true);
                output.Add((byte)code);
                i += length;
            }
            else
            {
                var units = CelText.UnitsAt(text, i);
                output.AddRange(Encoding.UTF8.GetBytes(text.Substring(i, units)));
                i += units;
            }
        }
        return [.. output];
    }

    private static (int Code, int Length) ReadEscape(string text, int at, int position, bool isBytes)
    {
        var letter = at + 1 < text.Length ? text[at + 1] : '\0';
        var simple = SimpleEscapes.IndexOf(letter);
        if (simple >= 0)
            return (SimpleValues[simple], 2);
        return letter switch
        {
            'x' or 'X' => (Digits(2, 2, NumberStyles.AllowHexSpecifier), 4),
            'u' when !isBytes => (Digits(2, 4, NumberStyles.AllowHexSpecifier), 6),
            'U' when !isBytes => (Digits(2, 8, NumberStyles.AllowHexSpecifier), 10),
            >= '0' and <= '3' => (Octal(), 4),
            _ => throw Bad("is unknown", position + at),
        };

        int Digits(int skip, int count, NumberStyles style) =>
            at + skip + count <= text.Length
            && int.TryParse(text.AsSpan(at + skip, count), style, CultureInfo.InvariantCulture, out var code) && code >= 0
                ? code
                : throw Bad("lacks digits", position + at);

        int Octal()
        {
            var code = 0;
            for (var i = at + 1; i < at + 4; i++)
                code = i < text.Length && text[i] is >= '0' and <= '7' ? (code * 8) + text[i] - '0' : throw Bad("lacks digits", position + at);
            return code;
        }
    }

    private static CelException Bad(string what, int position) =>
        new(CelErrorCode.Syntax, $"The escape in the string {what}.", position);
}
