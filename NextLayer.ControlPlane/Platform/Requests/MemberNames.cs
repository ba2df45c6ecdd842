using System.Buffers;
using System.Text.Json;

namespace NextLayer.ControlPlane.Platform.Requests;

/// <summary>
/// The member names of all objects that are open at a point of a JSON text. Small objects are searched in a row, which
/// needs no allocation; a large one gets a set, so that a hundred thousand members do not cost their square.
/// </summary>
internal sealed class MemberNames : IDisposable
{
    private const int SearchedInARow = 24;

    private Name[] names = ArrayPool<Name>.Shared.Rent(64);
    private Dictionary<int, HashSet<string>>? large;

    /// <summary>Names held now; give it back to <see cref="Truncate"/> when the object that began here ends.</summary>
    public int Count { get; private set; }

    /// <returns>False when the object whose names begin at <paramref name="first"/> has the name already.</returns>
    public bool Add(ReadOnlySpan<byte> json, int start, int length, int first, bool escaped)
    {
        var raw = json.Slice(start, length);
        var plain = escaped ? Unescape(raw) : null;
        var text = plain ?? raw;
        if (Count - first >= SearchedInARow)
            return AddLarge(json, text, first);

        var hash = Hash(text);
        for (var i = first; i < Count; i++)
        {
            if (names[i].Hash == hash && text.SequenceEqual(names[i].Text(json)))
                return false;
        }

        Append(new Name(hash, start, length, plain));
        return true;
    }

    /// <summary>Forgets the names of an object that has ended.</summary>
    public void Truncate(int count)
    {
        if (Count > count)
            large?.Remove(count);
        Count = count;
    }

    public void Dispose() => ArrayPool<Name>.Shared.Return(names, clearArray: true);

    private bool AddLarge(ReadOnlySpan<byte> json, ReadOnlySpan<byte> text, int first)
    {
        large ??= [];
        if (!large.TryGetValue(first, out var set))
        {
            set = new HashSet<string>(StringComparer.Ordinal);
            for (var i = first; i < Count; i++)
                set.Add(System.Text.Encoding.UTF8.GetString(names[i].Text(json)));
            large.Add(first, set);
        }

        return set.Add(System.Text.Encoding.UTF8.GetString(text));
    }

    private void Append(Name name)
    {
        if (Count == names.Length)
        {
            var more = ArrayPool<Name>.Shared.Rent(names.Length * 2);
            names.CopyTo(more, 0);
            ArrayPool<Name>.Shared.Return(names, clearArray: true);
            names = more;
        }

        names[Count++] = name;
    }

    private static byte[] Unescape(ReadOnlySpan<byte> raw)
    {
        var quoted = new byte[raw.Length + 2];
        quoted[0] = quoted[^1] = (byte)'"';
        raw.CopyTo(quoted.AsSpan(1));
        var reader = new Utf8JsonReader(quoted);
        reader.Read();
        var plain = new byte[raw.Length];
        return plain[..reader.CopyString(plain)];
    }

    private static int Hash(ReadOnlySpan<byte> text)
    {
        var hash = new HashCode();
        hash.AddBytes(text);
        return hash.ToHashCode();
    }

    /// <param name="Plain">The name without its escapes; null when it has none and the text itself serves.</param>
    private readonly record struct Name(int Hash, int Start, int Length, byte[]? Plain)
    {
        public ReadOnlySpan<byte> Text(ReadOnlySpan<byte> json) => Plain is null ? json.Slice(Start, Length) : Plain;
    }
}
