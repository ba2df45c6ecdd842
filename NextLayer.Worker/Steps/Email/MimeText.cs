using System.Text;

namespace NextLayer.Worker.Steps.Email;

/// <summary>Header values as RFC 5322 and RFC 2047 want them: ASCII, short lines, nothing that could begin a header of its own.</summary>
internal static class MimeText
{
    public const string LineEnd = "\r\n";

    // 39 bytes are 52 characters of Base64, 64 with what stands around them; a line may have 76 with its header's name.
    private const int BytesInWord = 39;

    /// <summary>Text that people read, such as a subject.</summary>
    public static string Encode(string text) => IsPlain(text) ? text : string.Join(LineEnd + " ", Words(text));

    // A long line of plain text is encoded too, which folds it without changing it.
    private static bool IsPlain(string text) =>
        text.Length <= 60 && text.All(c => c is >= ' ' and < (char)127) && !text.Contains("=?", StringComparison.Ordinal);

    private static IEnumerable<string> Words(string text)
    {
        var word = new List<byte>(BytesInWord);
        var rune = new byte[4];
        foreach (var r in text.EnumerateRunes()) // A character may not be cut in two.
        {
            var length = r.EncodeToUtf8(rune);
            if (word.Count + length > BytesInWord)
            {
                yield return Word(word);
                word.Clear();
            }

            word.AddRange(rune.AsSpan(0, length));
        }

        yield return Word(word);
    }

    private static string Word(List<byte> bytes) => $"=?utf-8?B?{Convert.ToBase64String([.. bytes])}?=";

    public static string Encode(EmailAddress address) => address.Name is not { } name ? address.Address
        : IsPlain(name) ? $"\"{Quote(name)}\" <{address.Address}>"
        : $"{Encode(name)}{LineEnd} <{address.Address}>";

    public static string Encode(IEnumerable<EmailAddress> addresses) => string.Join("," + LineEnd + " ", addresses.Select(Encode));

    /// <summary>A file name as parameter of Content-Disposition, with a plain one for readers that know no RFC 2231.</summary>
    public static string FileName(string name)
    {
        var plain = new string([.. name.Select(c => c is >= ' ' and < (char)127 and not ('"' or '\\') ? c : '_')]);
        return plain == name ? $"filename=\"{plain}\"" : $"filename=\"{plain}\";{LineEnd} filename*=utf-8''{Uri.EscapeDataString(name)}";
    }

    private static string Quote(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
