using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace NextLayer.Workflows.Expressions;

/// <summary>
/// RE2 patterns on .NET's non-backtracking engine: linear time, no look-around, no back-references. Rewrites
/// where the two dialects read the same text differently and refuses patterns whose repetitions multiply up.
/// </summary>
internal static class CelRegex
{
    private const int MaxLength = 1_000;
    private const int MaxSize = 10_000;

    private const int MaxCached = 256;

    // Patterns are nearly always literals of a definition; computed ones must not fill the memory.
    private static readonly ConcurrentDictionary<string, Regex> Cache = new();

    public static bool TryGet(string pattern, [NotNullWhen(true)] out Regex? regex, [NotNullWhen(false)] out CelError? error)
    {
        error = null;
        if (Cache.TryGetValue(pattern, out regex))
            return true;
        try
        {
            regex = Compile(pattern);
        }
        catch (CelException ex)
        {
            error = new CelError(ex.Code, ex.Message);
            return false;
        }
        if (Cache.Count < MaxCached)
            Cache.TryAdd(pattern, regex);
        return true;
    }

    /// <exception cref="CelException">The pattern does not parse, or is too large.</exception>
    public static Regex Compile(string pattern)
    {
        if (pattern.Length > MaxLength)
            throw new CelException(CelErrorCode.TooComplex, $"A pattern may have at most {MaxLength} characters.");
        try
        {
            return new Regex(Translate(pattern), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception ex) when (ex is ArgumentException or NotSupportedException)
        {
            throw new CelException(CelErrorCode.InvalidArgument, $"The pattern '{pattern}' cannot be used: {ex.Message}");
        }
    }

    private static string Translate(string pattern)
    {
        var output = new StringBuilder(pattern.Length + 16);
        var multiline = MultilineFlag.IsMatch(pattern);
        // Sizes of the open groups' content so far; "last" is the size of what a repetition would repeat.
        var groups = new Stack<long>([0]);
        var last = 0L;
        var inClass = false;
        var classStart = 0;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                var escape = pattern[++i];
                if (escape == 'Q')
                {
                    var end = pattern.IndexOf("\\E", i, StringComparison.Ordinal);
                    var literal = end < 0 ? pattern[(i + 1)..] : pattern[(i + 1)..end];
                    output.Append(Regex.Escape(literal));
                    i = end < 0 ? pattern.Length : end + 1;
                    Grow(literal.Length);
                    continue;
                }
                output.Append(Escape(escape, inClass));
                if (escape is 'p' or 'P' && i + 1 < pattern.Length && pattern[i + 1] != '{')
                    output.Append('{').Append(pattern[++i]).Append('}');
                if (!inClass)
                    Grow(1);
                continue;
            }
            if (inClass)
            {
                // A "]" right behind the opening is a letter.
                inClass = c != ']' || i == classStart + 1 || (i == classStart + 2 && pattern[i - 1] == '^');
                // An inner "[" is a letter in RE2 except in [:alpha:], and never the start of a subtraction.
                output.Append(c == '[' ? @"\[" : c.ToString());
                continue;
            }
            switch (c)
            {
                case '[':
                    inClass = true;
                    classStart = i;
                    Grow(1);
                    break;
                case '(':
                    groups.Push(0);
                    if (pattern.AsSpan(i).StartsWith("(?P<"))
                    {
                        output.Append("(?<");
                        i += 3;
                        continue;
                    }
                    break;
                case ')' when groups.Count > 1:
                    var size = groups.Pop();
                    Grow(size);
                    break;
                case '{' when Repetition(pattern, i) is { } times:
                    groups.Push(groups.Pop() + (last * (Math.Max(times, 1) - 1)));
                    break;
                case '$' when !multiline:
                    output.Append(@"\z");
                    continue;
                default:
                    if (c is not ('*' or '+' or '?' or '|' or '^'))
                        Grow(1);
                    break;
            }
            output.Append(c);
            if (groups.Peek() > MaxSize)
                throw new CelException(CelErrorCode.TooComplex, "The pattern's repetitions multiply up to too much.");
        }
        return output.ToString();

        void Grow(long size)
        {
            last = size;
            groups.Push(groups.Pop() + size);
        }
    }

    // RE2 has ASCII classes; .NET's are Unicode.
    private static string Escape(char escape, bool inClass) => (escape, inClass) switch
    {
        ('d', false) => "[0-9]",
        ('d', true) => "0-9",
        ('D', false) => "[^0-9]",
        ('w', false) => "[0-9A-Za-z_]",
        ('w', true) => "0-9A-Za-z_",
        ('W', false) => "[^0-9A-Za-z_]",
        ('s', false) => @"[\t\n\f\r ]",
        ('s', true) => @"\t\n\f\r ",
        ('S', false) => @"[^\t\n\f\r ]",
        _ => "\\" + escape,
    };

    private static long? Repetition(string pattern, int start)
    {
        var match = Counted.Match(pattern, start);
        if (!match.Success || match.Index != start)
            return null;
        var most = match.Groups[2].Length > 0 ? match.Groups[2].Value : match.Groups[1].Value;
        return long.TryParse(most, out var times) ? times : long.MaxValue / MaxSize / 2;
    }

    private static readonly Regex Counted = new(@"\{([0-9]+)(?:,([0-9]*))?\}", RegexOptions.NonBacktracking);
    private static readonly Regex MultilineFlag = new(@"\(\?[a-zA-Z]*m", RegexOptions.NonBacktracking);
}
