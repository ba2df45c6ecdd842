using System.Globalization;

namespace NextLayer.Workflows.Expressions;

/// <summary>Cuts source into tokens.</summary>
internal sealed class CelLexer(string source)
{
    private static readonly string[] TwoCharacterSymbols = ["==", "!=", "<=", ">=", "&&", "||"];

    private readonly List<CelToken> _tokens = [];
    private int _at;

    public static List<CelToken> Read(string source)
    {
        var lexer = new CelLexer(source);
        while (lexer.ReadOne())
        {
        }
        return lexer._tokens;
    }

    private bool ReadOne()
    {
        SkipBlanks();
        if (_at >= source.Length)
        {
            _tokens.Add(new CelToken(CelTokenKind.End, "", source.Length));
            return false;
        }
        var c = source[_at];
        if (CelStringLiteral.TryRead(source, _at, out var literal, out var end))
            Add(CelTokenKind.Literal, end, literal);
        else if (char.IsAsciiLetter(c) || c == '_')
            Add(CelTokenKind.Identifier, EndOf(_at, static x => char.IsAsciiLetterOrDigit(x) || x == '_'));
        else if (c == '.' && FollowsOperand && char.IsAsciiDigit(Peek(1)))
            ReadIndex();
        else if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(Peek(1))))
            ReadNumber();
        else if (c == '`')
            ReadQuotedName();
        else
            ReadSymbol(c);
        return true;
    }

    // After an operand a dot can only select, so ".0" there is an index and elsewhere the double 0.0.
    private bool FollowsOperand => _tokens.Count > 0 && _tokens[^1] switch
    {
        { Kind: CelTokenKind.Symbol, Text: var text } => text is ")" or "]" or "}",
        { Kind: CelTokenKind.Identifier, Text: "in" } => false,
        _ => true,
    };

    private void SkipBlanks()
    {
        while (_at < source.Length)
        {
            if (source[_at] is ' ' or '\t' or '\r' or '\n' or '\f')
                _at++;
            else if (source[_at] == '/' && Peek(1) == '/')
                _at = EndOf(_at, static x => x != '\n');
            else
                return;
        }
    }

    private void ReadIndex()
    {
        Add(CelTokenKind.Symbol, _at + 1);
        var end = EndOf(_at, char.IsAsciiDigit);
        if (!long.TryParse(source.AsSpan(_at, end - _at), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            throw Error("The index is too large.", _at);
        Add(CelTokenKind.Index, end, CelValue.Of(index));
    }

    private void ReadNumber()
    {
        if (source[_at] == '0' && Peek(1) is 'x' or 'X')
        {
            ReadInteger(EndOf(_at + 2, char.IsAsciiHexDigit), _at + 2, NumberStyles.AllowHexSpecifier);
            return;
        }
        var end = EndOf(_at, char.IsAsciiDigit);
        var isDouble = false;
        if (end + 1 < source.Length && source[end] == '.' && char.IsAsciiDigit(source[end + 1]))
        {
            isDouble = true;
            end = EndOf(end + 1, char.IsAsciiDigit);
        }
        if (end < source.Length && source[end] is 'e' or 'E')
        {
            var digits = end + 1;
            if (digits < source.Length && source[digits] is '+' or '-')
                digits++;
            var exponentEnd = EndOf(digits, char.IsAsciiDigit);
            if (exponentEnd > digits)
            {
                isDouble = true;
                end = exponentEnd;
            }
        }
        if (isDouble)
            Add(CelTokenKind.Literal, end, CelValue.Of(double.Parse(source.AsSpan(_at, end - _at), CultureInfo.InvariantCulture)));
        else
            ReadInteger(end, _at, NumberStyles.None);
    }

    private void ReadInteger(int end, int digitsStart, NumberStyles style)
    {
        if (!ulong.TryParse(source.AsSpan(digitsStart, end - digitsStart), style, CultureInfo.InvariantCulture, out var number))
            throw Error("The number does not fit 64 bits.", _at);
        if (end < source.Length && source[end] is 'u' or 'U')
            Add(CelTokenKind.Literal, end + 1, CelValue.Of(number));
        else if (number <= long.MaxValue)
            Add(CelTokenKind.Literal, end, CelValue.Of((long)number));
        else if (number == 1UL << 63)
            Add(CelTokenKind.MinIntDigits, end);
        else
            throw Error("The number does not fit int; write a trailing u for uint.", _at);
    }

    private void ReadQuotedName()
    {
        var end = EndOf(_at + 1, static x => char.IsAsciiLetterOrDigit(x) || x is '_' or '-' or '.' or '/' or ' ');
        if (end >= source.Length || source[end] != '`' || end == _at + 1)
            throw Error("The name in backquotes is not closed, or holds a character it may not.", _at);
        _tokens.Add(new CelToken(CelTokenKind.QuotedName, source[(_at + 1)..end], _at));
        _at = end + 1;
    }

    private void ReadSymbol(char c)
    {
        foreach (var symbol in TwoCharacterSymbols)
        {
            if (string.CompareOrdinal(source, _at, symbol, 0, 2) == 0)
            {
                Add(CelTokenKind.Symbol, _at + 2);
                return;
            }
        }
        if (!"+-*/%!<>?:.,()[]{}".Contains(c))
            throw Error(c == '=' ? "'=' is not an operator; compare with '=='." : $"Unexpected character '{c}'.", _at);
        Add(CelTokenKind.Symbol, _at + 1);
    }

    private void Add(CelTokenKind kind, int end, CelValue value = default)
    {
        _tokens.Add(new CelToken(kind, source[_at..end], _at, value));
        _at = end;
    }

    private char Peek(int ahead) => _at + ahead < source.Length ? source[_at + ahead] : '\0';

    private int EndOf(int start, Func<char, bool> belongs)
    {
        while (start < source.Length && belongs(source[start]))
            start++;
        return start;
    }

    private static CelException Error(string message, int position) => new(CelErrorCode.Syntax, message, position);
}
