using System.Text;
using NextLayer.ControlPlane.Platform.Requests;

namespace NextLayer.Tests.ControlPlane.Platform.Requests;

public sealed class JsonInspectorTests
{
    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}], "c": "\\u0000 \" \u00e4 \ud83d\ude00"}""")]
    [InlineData("""[1e308, -1.5e-400, 12345678901234567890123456789012345678901234567890]""")]
    [InlineData("\"text\"")]
    public void Inspect_SoundJson_FindsNothing(string json) =>
        Assert.Null(JsonInspector.Inspect(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("""{"a": 1, "a": 2}""", "$.a stands twice in its object.")]
    [InlineData("""{"x": [0, {"b": 1, "\u0062": 2}]}""", """$.x[1].\u0062 stands twice in its object.""")]
    [InlineData("""{"a": ["x", "y\u0000"]}""", "$.a[1] holds the character U+0000, which cannot be stored.")]
    [InlineData("""{"\u0000": 1}""", """$.\u0000 holds the character U+0000, which cannot be stored.""")]
    [InlineData("""{"a": "\ud83d"}""", "$.a holds half of a surrogate pair, which is no character.")]
    [InlineData("""{"a": "\ud83d\u0041"}""", "$.a holds half of a surrogate pair, which is no character.")]
    [InlineData("""{"a": "\ude00"}""", "$.a holds half of a surrogate pair, which is no character.")]
    [InlineData("""{"a": {"b": 1e999}}""", "$.a.b is a number too large for a double.")]
    [InlineData("""{"a": tru}""", "The body is not valid JSON: see line 1, byte 10.")]
    [InlineData("{\n  \"a\": 1,\n}", "The body is not valid JSON: see line 3, byte 1.")]
    [InlineData("""{"a": 1} {}""", "The body is not valid JSON: see line 1, byte 10.")]
    public void Inspect_Flaw_IsNamedAtItsPlace(string json, string expected) =>
        Assert.Equal(expected, JsonInspector.Inspect(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Inspect_TooManyDigitsForADouble_IsNamed() =>
        Assert.Equal("$[0] is a number too large for a double.", JsonInspector.Inspect(Encoding.UTF8.GetBytes($"[{new string('9', 400)}]")));

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Inspect_Depth_IsLimitedTo64(int depth, bool allowed)
    {
        var json = new string('[', depth) + new string(']', depth);

        var flaw = JsonInspector.Inspect(Encoding.UTF8.GetBytes(json));

        Assert.Equal(allowed, flaw is null);
    }

    [Fact]
    public void Inspect_ManyMembers_FindsTheOneThatStandsTwice()
    {
        var members = string.Join(",", Enumerable.Range(0, 50_000).Select(i => $"\"m{i}\":{{\"n\":0}}"));

        Assert.Null(JsonInspector.Inspect(Encoding.UTF8.GetBytes($"{{{members}}}")));
        Assert.Equal("$.m7 stands twice in its object.", JsonInspector.Inspect(Encoding.UTF8.GetBytes($"{{{members},\"m7\":1}}")));
    }
}
