using System.Text;

namespace NextLayer.Workflows.Expressions;

/// <summary>Strings counted in code points, as the language counts them, over .NET's UTF-16.</summary>
internal static class CelText
{
    public static int Count(string text)
    {
        var count = text.Length;
        for (var i = 1; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i - 1], text[i]))
                count--;
        }
        return count;
    }

    /// <summary>The UTF-16 offset of code point <paramref name="index"/>; -1 when past the end.</summary>
    public static int OffsetOf(string text, long index)
    {
        if (index < 0 || index > text.Length)
            return -1;
        var offset = 0;
        for (; index > 0; index--)
        {
            if (offset >= text.Length)
                return -1;
            offset += UnitsAt(text, offset);
        }
        return offset;
    }

    /// <summary>The code point index of a UTF-16 offset.</summary>
    public static int IndexAt(string text, int offset) => Count(text[..offset]);

    /// <summary>UTF-16 units of the code point at <paramref name="offset"/>: one or two.</summary>
    public static int UnitsAt(string text, int offset) =>
        offset + 1 < text.Length && char.IsSurrogatePair(text[offset], text[offset + 1]) ? 2 : 1;

    public static string Reverse(string text)
    {
        var reversed = new StringBuilder(text.Length);
        for (var end = text.Length; end > 0;)
        {
            var units = end > 1 && char.IsSurrogatePair(text[end - 2], text[end - 1]) ? 2 : 1;
            reversed.Append(text, end - units, units);
            end -= units;
        }
        return reversed.ToString();
    }
}
