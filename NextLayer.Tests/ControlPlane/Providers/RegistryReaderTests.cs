using NextLayer.ControlPlane.Features.Providers.Registry;

namespace NextLayer.Tests.ControlPlane.Providers;

public sealed class RegistryReaderTests
{
    private const string Entry = """
        pipelines:
          - id: one
            name: One
            description: The first.
            provider: openai
            domain: ""
            pipeline: usage
            required_integration: OPENAI
            enabled: true
            config: openai/one.yml
        """;

    private const string Pipeline = """
        input_schema: {type: object}
        definition: {steps: [a]}
        """;

    [Fact]
    public void Read_SoundFiles_GivesTheEntries()
    {
        var reader = Reader((RegistryReader.RegistryFile, Entry), ("openai/one.yml", Pipeline));

        var entry = Assert.Single(reader.Read()!);

        Assert.Empty(reader.Mistakes);
        Assert.Equal(("one", "openai", "usage", "openai"), (entry.Id, entry.View.Provider, entry.View.Pipeline, entry.ConnectorType));
        Assert.Equal("""{"steps":["a"]}""", entry.Definition.GetRawText());
    }

    [Fact]
    public void Read_ManyMistakes_NamesThemAll()
    {
        var reader = Reader(
            (RegistryReader.RegistryFile, Entry.Replace("id: one", "id: not one", StringComparison.Ordinal).Replace("enabled: true", "enabled: maybe\n    color: red", StringComparison.Ordinal)));

        Assert.Null(reader.Read());

        Assert.Equal(
            [
                "system/pipelines.yml: pipelines[0].color is not known; there are id, name, description, provider, domain, pipeline, required_integration, connector_type, enabled, config.",
                "system/pipelines.yml: pipelines[0].id must be a text that matches ^[a-zA-Z0-9_-]{1,50}$.",
                "system/pipelines.yml: pipelines[0].enabled must be true or false.",
            ],
            reader.Mistakes);
    }

    [Theory]
    [InlineData("pipelines: [", "is no YAML")]
    [InlineData("- a", "must be one YAML document, a mapping")]
    [InlineData("pipelines: &all []", "1:12: anchors and aliases")]
    [InlineData("pipelines: !custom []", "tags are not understood")]
    [InlineData("pipelines: {}", "pipelines must be a list")]
    [InlineData("a: 1\na: 2", "is no YAML")]
    public void Read_UnusableRegistry_SaysWhereAndWhy(string yaml, string expected)
    {
        var reader = Reader((RegistryReader.RegistryFile, yaml));

        Assert.Null(reader.Read());

        Assert.Contains(reader.Mistakes, mistake => mistake.StartsWith("system/pipelines.yml:", StringComparison.Ordinal) && mistake.Contains(expected, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("definition: {steps: [{id: a, type: dance}]}\ninput_schema: {type: object}", "dance")]
    [InlineData("definition: {steps: [a]}\ninput_schema: {type: text}", "input_schema")]
    [InlineData("definition: {steps: [a]}", "input_schema must be a mapping")]
    [InlineData("definition: {steps: [a]}\ninput_schema: {type: object}\nsteps: []", "steps is not known")]
    public void Read_UnusablePipeline_SaysWhereAndWhy(string yaml, string expected)
    {
        var reader = Reader((RegistryReader.RegistryFile, Entry), ("openai/one.yml", yaml));

        Assert.Null(reader.Read());

        Assert.Contains(reader.Mistakes, mistake => mistake.StartsWith("openai/one.yml:", StringComparison.Ordinal) && mistake.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_FileOutsideTheFolder_IsRefused()
    {
        var reader = Reader((RegistryReader.RegistryFile, Entry.Replace("openai/one.yml", "../secrets.yml", StringComparison.Ordinal)));

        Assert.Null(reader.Read());
        Assert.Contains("config must be a text", Assert.Single(reader.Mistakes), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_TheSameTwice_IsRefused()
    {
        var twice = Entry + "\n" + Entry[Entry.IndexOf('\n', StringComparison.Ordinal)..];
        var reader = Reader((RegistryReader.RegistryFile, twice), ("openai/one.yml", Pipeline));

        Assert.Null(reader.Read());
        Assert.Equal(2, reader.Mistakes.Count);
    }

    [Fact]
    public void Yaml_Scalars_AreWhatTheyLookLike()
    {
        var json = new YamlJson("f", []).Read("""
            a: 1
            b: 1.50
            c: "1"
            d: true
            e: null
            f: ~
            g: 2026-01-02
            h: no
            i: 0x10
            """)!;

        Assert.Equal("""{"a":1,"b":1.50,"c":"1","d":true,"e":null,"f":null,"g":"2026-01-02","h":"no","i":"0x10"}""", json.ToJsonString());
    }

    private static RegistryReader Reader(params (string File, string Text)[] files) =>
        new(file => files.FirstOrDefault(f => f.File == file).Text);
}
