using System.Globalization;
using System.Text;
using System.Text.Json;

namespace NextLayer.Worker.Steps.Email;

/// <summary>A mailbox: <c>ada@example.com</c> or <c>Ada Lovelace &lt;ada@example.com&gt;</c>.</summary>
/// <param name="Name">What people see; null for none.</param>
/// <param name="Address">ASCII, its domain in Punycode, without anything that could end a line or a command.</param>
internal sealed record EmailAddress(string? Name, string Address)
{
    private const string SpecialInLocalPart = "!#$%&'*+/=?^_`{|}~-.";
    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    public string Domain => Address[(Address.IndexOf('@', StringComparison.Ordinal) + 1)..];

    /// <summary>A list, or one text with commas between the addresses.</summary>
    public static IReadOnlyList<EmailAddress> ReadList(StepConfig config, string name) => config.Find(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.String } text => [.. Split(text.GetString()!).Select(t => Parse(t, config, name))], // A string is never null.
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select(e => e.ValueKind == JsonValueKind.String
            ? Parse(e.GetString()!, config, name)
            : throw config.Wrong(name, "a list of addresses"))],
        _ => throw config.Wrong(name, "an address or a list of addresses"),
    };

    public static EmailAddress? ReadOne(StepConfig config, string name) =>
        config.Text(name) is { Length: > 0 } text ? Parse(text, config, name) : null;

    /// <returns>Null for what is no mailbox.</returns>
    public static EmailAddress? TryParse(string text)
    {
        var open = text.LastIndexOf('<');
        var (display, address) = open < 0 ? (null, text.Trim())
            : text.TrimEnd().EndsWith('>') ? (Unquote(text[..open].Trim()), text[(open + 1)..].TrimEnd().TrimEnd('>').Trim())
            : (null, "");
        return text.Any(char.IsControl) || ToAscii(address) is not { } ascii
            ? null
            : new EmailAddress(string.IsNullOrEmpty(display) ? null : display, ascii);
    }

    private static EmailAddress Parse(string text, StepConfig config, string name) => TryParse(text) ?? throw config.Wrong(
        name, $"an address such as ada@example.com or Ada <ada@example.com>, not '{text.ReplaceLineEndings(" ")}'");

    private static string? ToAscii(string address)
    {
        var at = address.LastIndexOf('@');
        var (local, domain) = at > 0 ? (address[..at], address[(at + 1)..]) : ("", "");
        if (local.Length is 0 or > 64 || !local.All(c => char.IsAsciiLetterOrDigit(c) || SpecialInLocalPart.Contains(c, StringComparison.Ordinal))
            || domain.Length == 0 || domain.EndsWith('.'))
            return null;
        try
        {
            var whole = $"{local}@{Idn.GetAscii(domain)}";
            return whole.Length <= 254 ? whole : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static string Unquote(string name) => name.Length >= 2 && name[0] == '"' && name[^1] == '"'
        ? name[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal)
        : name;

    /// <summary>At commas that stand neither in quotes nor in angle brackets.</summary>
    private static IEnumerable<string> Split(string text)
    {
        var (part, quoted, angled) = (new StringBuilder(), false, false);
        foreach (var c in text)
        {
            quoted ^= c == '"';
            angled = !quoted && (c == '<' || (angled && c != '>'));
            if (c != ',' || quoted || angled)
            {
                part.Append(c);
                continue;
            }

            yield return part.ToString();
            part.Clear();
        }

        if (part.ToString().Trim().Length > 0)
            yield return part.ToString();
    }
}
