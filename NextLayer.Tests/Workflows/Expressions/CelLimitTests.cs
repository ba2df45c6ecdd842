using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using NextLayer.Workflows.Expressions;

namespace NextLayer.Tests.Workflows.Expressions;

public sealed class CelLimitTests
{
    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("!(", ")")]
    [InlineData("f(", ")")]
    [InlineData("{1:", "}")]
    [InlineData("true ? 1 : ", "")]
    [InlineData("-", "")]
    [InlineData("1 + (", ")")]
    public void Compile_NestedTooDeep_FailsWithoutOverflowingTheStack(string open, string close)
    {
        var source = string.Concat(Enumerable.Repeat(open, 800)) + "1" + string.Concat(Enumerable.Repeat(close, 800));

        var failure = Assert.Throws<CelException>(() => CelProgram.Compile(source));

        Assert.Equal(CelErrorCode.TooComplex, failure.Code);
    }

    [Theory]
    [InlineData("1", " + 1")]
    [InlineData("a", ".b")]
    [InlineData("a", ".0")]
    [InlineData("a", "[0]")]
    [InlineData("1", " < 1")]
    [InlineData("''", ".trim()")]
    public void Compile_ChainTooLong_Fails(string first, string next)
    {
        var source = first + string.Concat(Enumerable.Repeat(next, 1_000));

        Assert.Equal(CelErrorCode.TooComplex, Assert.Throws<CelException>(() => CelProgram.Compile(source)).Code);
    }

    [Fact]
    public void Compile_LongLogicalChain_IsNoDeepTree()
    {
        var source = string.Join(" || ", Enumerable.Repeat("false", 1_000)) + " || true";

        Assert.True(CelProgram.Compile(source).EvaluateBool(CelCases.Variables));
    }

    [Fact]
    public void Compile_SourceTooLong_Fails() =>
        Assert.Equal(CelErrorCode.TooComplex, Assert.Throws<CelException>(() => CelProgram.Compile(new string(' ', 10_001))).Code);

    [Theory]
    [InlineData("lists.range(1000).map(x, lists.range(1000).map(y, x * y))")]
    [InlineData("lists.range(1000000000)")]
    [InlineData("true || lists.range(1000).all(x, lists.range(1000).all(y, true))", false)]
    [InlineData("lists.range(1000).all(x, lists.range(1000).all(y, true)) || true")]
    [InlineData("lists.range(10000).map(x, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).flatten().flatten()")]
    [InlineData("lists.range(9000).map(x, input.long).join()")]
    [InlineData("lists.range(9000).map(x, input.long + 'x')")]
    [InlineData("lists.range(9000).exists(x, input.long.contains('zzz'))")]
    public void Evaluate_TooDear_RunsOutOfBudget(string source, bool isTooDear = true)
    {
        var variables = CelCases.Read($$"""{ "input": { "long": "{{new string('a', 10_000)}}" } }""");

        var failure = Record.Exception(() => CelProgram.Compile(source).EvaluateBool(variables));

        Assert.Equal(isTooDear, failure is CelException { Code: CelErrorCode.CostExceeded });
    }

    [Fact]
    public void Evaluate_SharedBudget_CountsAllEvaluations()
    {
        var budget = new CelBudget(10);
        var program = CelProgram.Compile("1 + 1");

        program.Evaluate(CelCases.Variables, budget);
        program.Evaluate(CelCases.Variables, budget);
        program.Evaluate(CelCases.Variables, budget);

        Assert.Equal(1, budget.Remaining);
        Assert.Throws<CelException>(() => program.Evaluate(CelCases.Variables, budget));
    }

    [Fact]
    public void Compile_AnyText_ThrowsNothingButCelException()
    {
        var pieces = Gen.Elements(
            "input", "x", ".", "..", "0", "1", "1.5", "2u", "'", "\"", "'''", "r'", "b'", "\\", "\\u", "(", ")", "[", "]", "{", "}", ":", ",",
            "?", "+", "-", "!", "&&", "||", "==", "<", " in ", "has(", ".map(", "x,", "size(", "//", "\n", "😀", "\uD800", "`", "null", "true", " ");
        var sources = Arb.From(Gen.Select(Gen.ArrayOf(pieces), string.Concat));

        Prop.ForAll(sources, source =>
        {
            try
            {
                CelProgram.Compile(source).Evaluate(CelCases.Variables);
            }
            catch (CelException failure)
            {
                Assert.InRange(failure.Position, 0, source.Length);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
    }

    [Theory]
    [InlineData("input.bad + 'x'")]
    [InlineData("[input.list]")]
    [InlineData("input.nope")]
    [InlineData("size(input)")]
    [InlineData("input.list.map(x, x)")]
    public void Evaluate_HalfASurrogatePair_FailsAsInvalidArgument(string source)
    {
        var variables = CelCases.Read("""{ "input": { "bad": "\ud800", "\ud800": 1, "list": ["\udc00"] } }""");

        var failure = Assert.Throws<CelException>(() => CelProgram.Compile(source).Evaluate(variables));

        Assert.Equal(CelErrorCode.InvalidArgument, failure.Code);
    }

    [Theory]
    [InlineData("input.big", "18446744073709551615")]
    [InlineData("input.price", "9.5")]
    [InlineData("[input.big, input.price * 2.0]", "[18446744073709551615,19.0]")]
    [InlineData("{'a': b'\\x01', 'b': duration('1s'), 'c': timestamp(0), 'd': null, 'e': 0.0 / 0.0}", """{"a":"AQ==","b":"1s","c":"1970-01-01T00:00:00Z","d":null,"e":"NaN"}""")]
    [InlineData("1e300", "1E+300")]
    [InlineData("optional.of(1)", "1")]
    public void Evaluate_ToJson_KeepsDigitsAndKinds(string source, string expected)
    {
        JsonElement json = CelProgram.Compile(source).Evaluate(CelCases.Variables);

        Assert.Equal(expected, json.GetRawText());
    }

    [Theory]
    [InlineData("type(1)", "\"int\"")]
    [InlineData("{1: 2, true: 3}", """{"1":2,"true":3}""")]
    public void Evaluate_ToJson_NamesWhatJsonLacks(string source, string expected) =>
        Assert.Equal(expected, CelProgram.Compile(source).Evaluate(CelCases.Variables).GetRawText());
}
