using System.Buffers.Text;
using System.Text;

namespace NextLayer.Worker.Execution;

/// <summary>Finds words in a text some of whose characters are percent-encoded: addresses escape as much as they please.</summary>
internal static class PercentEncoded
{
    /// <summary>What was escaped is escaped again where it becomes part of another address.</summary>
    private const int MostLevels = 3;

    /// <summary>Puts <paramref name="mask"/> in place of the words, however they are escaped.</summary>
    public static string Replace(string text, IReadOnlyList<string> words, string mask)
    {
        for (var levels = 1; levels <= MostLevels && text.Contains('%', StringComparison.Ordinal); levels++)
        {
            var decoded = Decode(text, levels);
            foreach (var word in words)
            {
                if (Replace(text, word, decoded, mask) is not { } changed)
                    continue;
                text = changed;
                decoded = Decode(text, levels);
            }
        }

        return text;
    }

    /// <returns>Null where the word is not there.</returns>
    private static string? Replace(string text, string word, (byte[] Bytes, int[] Places) decoded, string mask)
    {
        var (bytes, places) = decoded;
        var wanted = Encoding.UTF8.GetBytes(word);
        var changed = new StringBuilder();
        var (from, copied) = (0, 0);
        for (int at; (at = bytes.AsSpan(from).IndexOf(wanted)) >= 0; from += at + wanted.Length)
        {
            changed.Append(text, copied, places[from + at] - copied).Append(mask);
            copied = places[from + at + wanted.Length];
        }

        return copied == 0 ? null : changed.Append(text, copied, text.Length - copied).ToString();
    }

    private static (byte[] Bytes, int[] Places) Decode(string text, int levels)
    {
        var decoded = Plain(text);
        for (var level = 0; level < levels; level++)
            decoded = Decode(decoded.Bytes, decoded.Places);
        return decoded;
    }

    /// <summary>A text's bytes, and where in it each begins; one place more, for its end.</summary>
    private static (byte[] Bytes, int[] Places) Plain(string text)
    {
        var bytes = new List<byte>(text.Length);
        var places = new List<int>(text.Length + 1);
        Span<byte> buffer = stackalloc byte[4];
        for (var at = 0; at < text.Length;)
        {
            var length = char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1;
            var written = Encoding.UTF8.GetBytes(text.AsSpan(at, length), buffer);
            for (var i = 0; i < written; i++)
            {
                bytes.Add(buffer[i]);
                places.Add(at);
            }

            at += length;
        }

        return ([.. bytes], [.. places, text.Length]);
    }

    private static (byte[] Bytes, int[] Places) Decode(byte[] bytes, int[] places)
    {
        var decoded = new List<byte>(bytes.Length);
        var from = new List<int>(bytes.Length + 1);
        for (var at = 0; at < bytes.Length; at++)
        {
            from.Add(places[at]);
            if (bytes[at] == '%' && at + 2 < bytes.Length && Utf8Parser.TryParse(bytes.AsSpan(at + 1, 2), out byte value, out var used, 'x') && used == 2)
            {
                decoded.Add(value);
                at += 2;
            }
            else
            {
                decoded.Add(bytes[at]);
            }
        }

        return ([.. decoded], [.. from, places[^1]]);
    }
}
