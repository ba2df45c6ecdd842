namespace NextLayer.Bench.Measurements;

/// <summary>Pipelines that cost nothing to execute: what remains is the engine.</summary>
internal static class Definitions
{
    public const string OneStep = """{"steps": ["a"]}""";

    public const string ThreeSteps = """{"steps": ["a", "b", "c"]}""";
}
