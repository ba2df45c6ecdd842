using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace NextLayer.Worker.Execution;

/// <summary>The database can store neither NUL characters nor half a surrogate pair, raw or as a JSON escape.</summary>
internal static class StorableText
{
    /// <summary>Puts U+FFFD where a character cannot be stored, and cuts what is too long.</summary>
    public static string Sanitize(string text, int maxLength)
    {
        if (text.Length > maxLength)
            text = string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[maxLength - 2]) ? maxLength - 2 : maxLength - 1), "…");
        return IsClean(text) ? text : Replace(text);
    }

    private static bool IsClean(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0')
                return false;
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return false;
            i++;
        }

        return true;
    }

    private static string Replace(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) // Half a pair is enumerated as U+FFFD.
            clean.Append(rune.Value == 0 ? "\uFFFD" : rune.ToString());
        return clean.ToString();
    }

    /// <summary>True when all text in a JSON value can be stored.</summary>
    public static bool IsStorable(JsonElement value)
    {
        var json = JsonMarshal.GetRawUtf8Value(value);
        return !json.Contains((byte)0) && (json.IndexOf("\\u"u8) < 0 || EscapesAreStorable(json));
    }

    private static bool EscapesAreStorable(ReadOnlySpan<byte> json)
    {
        var wantsLow = false;
        for (var i = 0; i < json.Length; i++)
        {
            var isEscape = json[i] == (byte)'\\';
            var unit = isEscape && json[i + 1] == (byte)'u' ? Unit(json.Slice(i + 2, 4)) : 0x20;
            if (wantsLow != char.IsLowSurrogate((char)unit) || unit == 0)
                return false;
            wantsLow = char.IsHighSurrogate((char)unit);
            if (isEscape)
                i += json[i + 1] == (byte)'u' ? 5 : 1;
        }

        return true;
    }

    private static int Unit(ReadOnlySpan<byte> hex) =>
        System.Buffers.Text.Utf8Parser.TryParse(hex, out ushort unit, out _, 'x') ? unit : 0x20;
}
