using NextLayer.Workflows.Expressions;

namespace NextLayer.Workflows.Templates;

/// <summary>
/// A string with <c>{{ expression }}</c> in it. String literals and braces of the expression are skipped when looking
/// for the closing <c>}}</c>, so <c>{{ "{{" }}</c> writes two braces.
/// </summary>
internal sealed class TextTemplate
{
    private TextTemplate(string source, IReadOnlyList<TextPart> parts)
    {
        Source = source;
        Parts = parts;
    }

    public string Source { get; }

    public IReadOnlyList<TextPart> Parts { get; }

    /// <summary>The expression, where the text is nothing else; its value then keeps its type.</summary>
    public CelProgram? Only => Parts.Count == 1 ? Parts[0].Program : null;

    public static bool IsIn(string text) => text.Contains("{{", StringComparison.Ordinal);

    /// <exception cref="CelException">A template is not closed, or its expression does not compile.</exception>
    public static TextTemplate Parse(string text)
    {
        var parts = new List<TextPart>();
        var at = 0;
        while (at < text.Length)
        {
            var open = text.IndexOf("{{", at, StringComparison.Ordinal);
            if (open < 0)
                break;
            if (open > at)
                parts.Add(new TextPart(text[at..open], null));
            var close = FindClose(text, open + 2);
            parts.Add(new TextPart("", CelProgram.Compile(text[(open + 2)..close].Trim())));
            at = close + 2;
        }
        if (at < text.Length)
            parts.Add(new TextPart(text[at..], null));
        return new TextTemplate(text, parts);
    }

    /// <summary>
    /// An expression field: the text as it stands, or the inside where an author wrote braces round all of it.
    /// </summary>
    /// <exception cref="CelException">It does not compile.</exception>
    public static CelProgram ParseExpression(string text)
    {
        var trimmed = text.Trim();
        if (!trimmed.StartsWith("{{", StringComparison.Ordinal))
            return CelProgram.Compile(trimmed);
        return Parse(trimmed).Only
            ?? throw new CelException(CelErrorCode.Syntax, "This is an expression: braces may stand round all of it, not within it.");
    }

    private static int FindClose(string text, int start)
    {
        var depth = 0;
        for (var at = start; at < text.Length;)
        {
            if (IsLiteralStart(text, start, at) && CelStringLiteral.TryFindEnd(text, at, out _, out var end))
            {
                at = end;
                continue;
            }
            if (text[at] == '}' && depth == 0 && at + 1 < text.Length && text[at + 1] == '}')
                return at;
            depth += text[at] switch
            {
                '{' => 1,
                '}' when depth > 0 => -1,
                _ => 0,
            };
            at++;
        }
        throw new CelException(CelErrorCode.Syntax, "The template is not closed: '}}' is missing.", start - 2);
    }

    // The prefix letters r and b belong to a literal only where no name precedes them.
    private static bool IsLiteralStart(string text, int start, int at) =>
        text[at] is '"' or '\'' || (text[at] is 'r' or 'R' or 'b' or 'B' && (at == start || !(char.IsAsciiLetterOrDigit(text[at - 1]) || text[at - 1] == '_')));
}

/// <summary>Literal text, or an expression.</summary>
internal readonly record struct TextPart(string Text, CelProgram? Program);
