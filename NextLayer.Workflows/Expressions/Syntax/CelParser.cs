namespace NextLayer.Workflows.Expressions;

/// <summary>
/// Recursive descent over the tokens. Both the recursion and the height of the tree are limited, since the
/// evaluator recurses over the tree.
/// </summary>
internal sealed class CelParser
{
    internal const int MaxSourceLength = 10_000;
    internal const int MaxDepth = 250;

    private static readonly HashSet<string> Reserved =
    [
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop",
        "package", "namespace", "return", "var", "void", "while",
    ];

    private readonly List<CelToken> _tokens;
    private int _next;
    private int _depth;

    private CelParser(List<CelToken> tokens) => _tokens = tokens;

    private CelToken Current => _tokens[_next];

    /// <exception cref="CelException">The source does not parse.</exception>
    public static CelNode Parse(string source)
    {
        if (source.Length > MaxSourceLength && CelText.Count(source) > MaxSourceLength)
            throw new CelException(CelErrorCode.TooComplex, $"An expression may have at most {MaxSourceLength} characters.");
        var parser = new CelParser(CelLexer.Read(source));
        var root = parser.ParseExpression();
        return parser.Current.Kind == CelTokenKind.End ? root : throw parser.Unexpected();
    }

    private CelNode ParseExpression()
    {
        if (++_depth > MaxDepth)
            throw TooDeep(Current.Position);
        var condition = ParseLogical("||");
        if (Current.Is("?"))
        {
            var position = Take().Position;
            var whenTrue = ParseLogical("||");
            Expect(":");
            condition = Made(new CelTernaryNode(position, condition, whenTrue, ParseExpression()));
        }
        _depth--;
        return condition;
    }

    private CelNode ParseLogical(string op)
    {
        var first = op == "||" ? ParseLogical("&&") : ParseRelation();
        if (!Current.Is(op))
            return first;
        // One node for a whole chain, so that a long "a || b || c" makes no deep tree.
        var position = Current.Position;
        var operands = new List<CelNode> { first };
        while (TryTake(op))
            operands.Add(op == "||" ? ParseLogical("&&") : ParseRelation());
        return Made(new CelLogicalNode(position, isAnd: op == "&&", [.. operands]));
    }

    private CelNode ParseRelation()
    {
        var left = ParseAddition();
        while (Current is { Kind: CelTokenKind.Symbol, Text: "==" or "!=" or "<" or "<=" or ">" or ">=" }
               || Current is { Kind: CelTokenKind.Identifier, Text: "in" })
        {
            var op = Take();
            left = Made(new CelRelationNode(op.Position, op.Text, left, ParseAddition()));
        }
        return left;
    }

    private CelNode ParseAddition()
    {
        var left = ParseMultiplication();
        while (Current is { Kind: CelTokenKind.Symbol, Text: "+" or "-" })
        {
            var op = Take();
            left = Made(new CelArithmeticNode(op.Position, op.Text[0], left, ParseMultiplication()));
        }
        return left;
    }

    private CelNode ParseMultiplication()
    {
        var left = ParseUnary();
        while (Current is { Kind: CelTokenKind.Symbol, Text: "*" or "/" or "%" })
        {
            var op = Take();
            left = Made(new CelArithmeticNode(op.Position, op.Text[0], left, ParseUnary()));
        }
        return left;
    }

    private CelNode ParseUnary()
    {
        if (!Current.Is("!") && !Current.Is("-"))
            return ParseMember();
        var signs = new Stack<CelToken>();
        while (Current.Is("!") || (Current.Is("-") && !IsNegativeLiteral()))
            signs.Push(Take());
        var operand = ParseMember();
        while (signs.TryPop(out var sign))
            operand = Made(sign.Text == "!" ? new CelNotNode(sign.Position, operand) : new CelNegateNode(sign.Position, operand));
        return operand;
    }

    // "-9223372036854775808" is one literal: its digits alone do not fit.
    private bool IsNegativeLiteral() => _tokens[_next + 1].Kind == CelTokenKind.MinIntDigits;

    private CelNode ParseMember()
    {
        var node = ParsePrimary();
        while (true)
        {
            if (Current.Is("."))
                node = Made(ParseSelection(node));
            else if (Current.Is("["))
                node = Made(ParseIndex(node));
            else
                return node;
        }
    }

    private CelNode ParseSelection(CelNode operand)
    {
        var dot = Take();
        var isOptional = TryTake("?");
        var name = Take();
        if (name.Kind == CelTokenKind.Index)
            return new CelIndexNode(dot.Position, operand, new CelLiteralNode(name.Position, name.Value), isOptional);
        if (name.Kind == CelTokenKind.QuotedName)
            return new CelSelectNode(dot.Position, operand, name.Text, isOptional);
        if (name.Kind != CelTokenKind.Identifier || name.Text is "in" or "true" or "false" or "null")
            throw Unexpected(name, "a field name");
        if (!isOptional && Current.Is("("))
            return CelCalls.Make(name, operand, ParseArguments());
        return (CelNode?)CelTypeNames.TryMake(operand, name) ?? new CelSelectNode(dot.Position, operand, name.Text, isOptional);
    }

    private CelIndexNode ParseIndex(CelNode operand)
    {
        var bracket = Take();
        var isOptional = TryTake("?");
        var index = ParseExpression();
        Expect("]");
        return new CelIndexNode(bracket.Position, operand, index, isOptional);
    }

    private CelNode ParsePrimary()
    {
        var token = Take();
        switch (token.Kind)
        {
            case CelTokenKind.Literal:
                return new CelLiteralNode(token.Position, token.Value);
            case CelTokenKind.Identifier:
                return ParseName(token, isAbsolute: false);
            case CelTokenKind.Symbol when token.Text == "-" && Current.Kind == CelTokenKind.MinIntDigits:
                Take();
                return new CelLiteralNode(token.Position, CelValue.Of(long.MinValue));
            case CelTokenKind.Symbol when token.Text == ".":
                var name = Take();
                return name.Kind == CelTokenKind.Identifier ? ParseName(name, isAbsolute: true) : throw Unexpected(name, "a name");
            case CelTokenKind.Symbol when token.Text == "(":
                var inner = ParseExpression();
                Expect(")");
                return inner;
            case CelTokenKind.Symbol when token.Text == "[":
                return ParseList(token);
            case CelTokenKind.Symbol when token.Text == "{":
                return ParseMap(token);
            case CelTokenKind.MinIntDigits:
                throw new CelException(CelErrorCode.Syntax, "The number does not fit int; write a trailing u for uint.", token.Position);
            default:
                throw Unexpected(token, "a value");
        }
    }

    private CelNode ParseName(CelToken name, bool isAbsolute)
    {
        switch (name.Text)
        {
            case "true" or "false" when !isAbsolute:
                return new CelLiteralNode(name.Position, CelValue.Of(name.Text == "true"));
            case "null" when !isAbsolute:
                return new CelLiteralNode(name.Position, CelValue.Null);
            case "in" or "true" or "false" or "null":
                throw Unexpected(name, "a name");
        }
        if (Reserved.Contains(name.Text))
        {
            throw new CelException(CelErrorCode.Syntax,
                $"'{name.Text}' is a reserved word; a step of that name is reached as steps.{name.Text}.output.", name.Position);
        }
        return Current.Is("(")
            ? Made(CelCalls.Make(name, receiver: null, ParseArguments()))
            : new CelNameNode(name.Position, name.Text, isAbsolute);
    }

    private CelNode[] ParseArguments()
    {
        Expect("(");
        var arguments = new List<CelNode>();
        if (!Current.Is(")"))
        {
            do
                arguments.Add(ParseExpression());
            while (TryTake(","));
        }
        Expect(")");
        return [.. arguments];
    }

    private CelNode ParseList(CelToken bracket)
    {
        var items = new List<CelNode>();
        while (!Current.Is("]"))
        {
            items.Add(ParseExpression());
            if (!TryTake(","))
                break;
        }
        Expect("]");
        return Made(new CelListNode(bracket.Position, [.. items]));
    }

    private CelNode ParseMap(CelToken brace)
    {
        var entries = new List<(CelNode, CelNode)>();
        while (!Current.Is("}"))
        {
            var key = ParseExpression();
            Expect(":");
            entries.Add((key, ParseExpression()));
            if (!TryTake(","))
                break;
        }
        Expect("}");
        return Made(new CelMapNode(brace.Position, [.. entries]));
    }

    private static CelNode Made(CelNode node) => node.Height <= MaxDepth ? node : throw TooDeep(node.Position);

    private CelToken Take()
    {
        var token = Current;
        if (token.Kind != CelTokenKind.End)
            _next++;
        return token;
    }

    private bool TryTake(string symbol)
    {
        if (!Current.Is(symbol))
            return false;
        _next++;
        return true;
    }

    private void Expect(string symbol)
    {
        if (!TryTake(symbol))
            throw Unexpected(Current, $"'{symbol}'");
    }

    private CelException Unexpected() => Unexpected(Current, null);

    private static CelException Unexpected(CelToken token, string? expected) =>
        new(CelErrorCode.Syntax, $"Unexpected {token}{(expected is null ? "" : $", expected {expected}")}.", token.Position);

    private static CelException TooDeep(int position) =>
        new(CelErrorCode.TooComplex, $"The expression is nested more than {MaxDepth} deep.", position);
}
