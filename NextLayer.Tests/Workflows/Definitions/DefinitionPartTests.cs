using System.Text.Json;
using NextLayer.Workflows.Definitions;

namespace NextLayer.Tests.Workflows.Definitions;

public sealed class DefinitionPartTests
{
    [Theory]
    [InlineData("""{"steps":["a","b","c"]}""", "b", """{"steps":["a","b"]}""")]
    [InlineData("""{"steps":["a",{"id":"b","needs":[]},{"id":"c","needs":["a:out"]},"d"],"timeout_seconds":60.0}""", "d", """{"steps":["a",{"id":"c","needs":["a:out"]},"d"],"timeout_seconds":60.0}""")]
    [InlineData("""{"nodes":[{"id":"a","x":1.50},{"id":"b"},{"id":"c"},{"id":"d"}],"edges":[{"source":"a","target":"b","sourceHandle":"true"},{"source":"a","target":"c"},{"source":"b","target":"d"}],"note":null}""", "d",
        """{"nodes":[{"id":"a","x":1.50},{"id":"b"},{"id":"d"}],"edges":[{"source":"a","target":"b","sourceHandle":"true"},{"source":"b","target":"d"}],"note":null}""")]
    [InlineData("""{"nodes":[{"id":"a"},{"id":"b"}],"edges":[{"source":"a","target":"b"},{"source":"b","target":"a"}]}""", "a", """{"nodes":[{"id":"a"},{"id":"b"}],"edges":[{"source":"a","target":"b"},{"source":"b","target":"a"}]}""")]
    [InlineData("""{"nodes":[7,{"id":"a"},{"id":3}],"edges":[null,{"source":"a"}]}""", "a", """{"nodes":[{"id":"a"}],"edges":[]}""")]
    public void UpTo_AStep_KeepsItAndWhatItFollows(string definition, string stepId, string expected) =>
        Assert.Equal(expected, DefinitionPart.UpTo(JsonElement.Parse(definition), stepId)!.Value.GetRawText());

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"steps":["a"]}""")]
    [InlineData("""{"steps":"b","nodes":{"id":"b"}}""")]
    public void UpTo_NoSuchStep_IsNothing(string definition) =>
        Assert.Null(DefinitionPart.UpTo(JsonElement.Parse(definition), "b"));
}
